/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of options that are "on" or "off". */
#ifndef NETFWV6_CLI_SWITCHES_H
#define NETFWV6_CLI_SWITCHES_H

#include "cli.h"

/*
 * Reads what was given to --OPTION. NULL leaves the switch as it is. An exit code, or GO_ON.
 */
int take_switch(const char *option, const char *text, bool *on);

#endif
