/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The modes of a firewalled device. Each is another combination of hooks, so what should hold
 * in all of them is tested in all of them.
 */
#ifndef TESTS_MODES_H
#define TESTS_MODES_H

#include "world.h"

#define MODES 3
struct mode {
	uint32_t mode; /* enum netfwv6_mode */
	const char *name;
};
extern const struct mode modes[MODES];

/* Fixtures: as world_reset(), and the test's devices are enabled in that mode. */
int reset_in_native(void **unused);
int reset_in_generic(void **unused);
int reset_in_tc(void **unused);

/* Rows in braces would be formatted as blocks. */
/* clang-format off */

/* A test for each mode. */
#define test_in_modes(function)                                                                    \
	{ #function " in native mode", function, reset_in_native, NULL, NULL },                    \
	{ #function " in generic mode", function, reset_in_generic, NULL, NULL },                  \
	{ #function " in tc mode", function, reset_in_tc, NULL, NULL }

/* For each mode that needs no driver's help. */
#define test_without_driver(function)                                                              \
	{ #function " in generic mode", function, reset_in_generic, NULL, NULL },                  \
	{ #function " in tc mode", function, reset_in_tc, NULL, NULL }

/* For each mode with an XDP program in front of the guard. */
#define test_with_xdp(function)                                                                    \
	{ #function " in native mode", function, reset_in_native, NULL, NULL },                    \
	{ #function " in generic mode", function, reset_in_generic, NULL, NULL }
/* clang-format on */

/* For a command line: "--mode tc", or "" in a test that leaves it to the device. */
const char *mode_option(void);

#endif
