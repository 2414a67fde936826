/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What enabling a device would cut off, or has cut off. */
#ifndef NETFWV6_CLI_OPEN_LISTENERS_H
#define NETFWV6_CLI_OPEN_LISTENERS_H

#include "port_operand.h"

/* Says how many listen on ports that are closed on the connection, and names them. */
void name_closed_listeners(struct cli *cli, struct netfwv6_connection *connection);

/*
 * Opens those ports on the connection itself, for when it is enabled, and says which. opened
 * receives them. An exit code, or GO_ON; when it is a code, nothing has changed.
 */
int open_listeners(struct cli *cli, struct netfwv6_connection *connection,
		   struct port_ranges *opened);

/* Takes that back. */
void close_again(struct netfwv6_connection *connection, const struct port_ranges *opened);

#endif
