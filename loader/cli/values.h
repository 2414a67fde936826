/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading what was given to an option. NULL, for an option that was not, leaves the value as it
 * is. Each returns an exit code, or GO_ON.
 */
#ifndef NETFWV6_CLI_VALUES_H
#define NETFWV6_CLI_VALUES_H

#include "cli.h"

/* A decimal number of --OPTION, from least to most. */
int take_number_of(const char *option, const char *text, uint64_t least, uint64_t most,
		   uint64_t *number);

/* "on" or "off". */
int take_switch(const char *option, const char *text, bool *on);

/* The name of a mode; NULL means auto. */
int take_mode(const char *text, uint32_t *mode);

const char *mode_name(uint32_t mode);

/* "judge" or "pass", of enum netfwv6_forward; NULL means that it stays as it is. */
int take_forward(const char *text, uint8_t *forward);

const char *forward_name(uint32_t forward);

#endif
