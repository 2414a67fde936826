/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines that messages propose, to be typed into a shell as they are. */
#ifndef NETFWV6_CLI_COMMAND_LINE_H
#define NETFWV6_CLI_COMMAND_LINE_H

#include "cli.h"
#include "port_operand.h"

/* "netfwv6 open 22/tcp", with --dev unless device is null; free() it. NULL: out of memory. */
char *command_that_opens(const struct cli *cli, const struct netfwv6_listener *listener,
			 const char *device);

#endif
