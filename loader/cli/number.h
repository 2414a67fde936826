/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of options that are numbers. */
#ifndef NETFWV6_CLI_NUMBER_H
#define NETFWV6_CLI_NUMBER_H

#include "cli.h"

/*
 * Reads the decimal number that was given to --OPTION, from least to most. NULL leaves the
 * number as it is. An exit code, or GO_ON.
 */
int take_number_of(const char *option, const char *text, uint64_t least, uint64_t most,
		   uint64_t *number);

#endif
