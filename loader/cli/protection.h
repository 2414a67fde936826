/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_CLI_PROTECTION_H
#define NETFWV6_CLI_PROTECTION_H

#include "cli.h"

/*
 * Would the command, done to the ports of its operands, close a protected one somewhere? An exit
 * code and a complaint, unless --force was given; or GO_ON.
 */
int check_protection(const struct cli *cli, const char *command);

#endif
