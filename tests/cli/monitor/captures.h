/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of captured packets, as tshark reads them. */
#ifndef MONITOR_CAPTURES_H
#define MONITOR_CAPTURES_H

#include "scene.h"

/* Root's; "all" in it is everybody's. Tests without tshark are skipped. */
extern char folder[64];

int capture_reset(void **unused);
int capture_reset_native(void **unused); /* XDP sees frames as they were sent, with their tags */
int capture_end(void **unused);

#define capture_test(function) cmocka_unit_test_setup_teardown(function, capture_reset, capture_end)
#define capture_test_native(function)                                                              \
	cmocka_unit_test_setup_teardown(function, capture_reset_native, capture_end)

/* Starts to write to a file in the folder, and waits until it follows events. */
struct follower capture(const char *file, const char *options);

/* What tshark says of a file in the folder, which may still grow: a line for each packet. */
const char *fields(const char *file, const char *names);

/* Waits until so many packets can be read. */
void wait_for_captured(const char *file, size_t n);

size_t count_lines(const char *text);

#endif
