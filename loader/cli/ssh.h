/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does the command lock its own user out? */
#ifndef NETFWV6_CLI_SSH_H
#define NETFWV6_CLI_SSH_H

#include "cli.h"

/*
 * Warns when this command runs in an SSH session over IPv6 to a port that will not be open
 * on the connection.
 */
void warn_of_lockout(const struct cli *cli, struct netfwv6_connection *connection);

#endif
