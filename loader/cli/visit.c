// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visit.h"

int visit_connections(struct cli *cli, visit_fn visit, void *context)
{
	struct netfwv6_connection_enum *connections;
	struct netfwv6_connection *connection;
	netfwv6_result result = netfwv6_mgr_enumerate_connections(cli->mgr, &connections);
	int code = EXIT_DONE;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	while (!code && (result = netfwv6_connection_enum_next(connections, 1, &connection,
							       NULL)) == NETFWV6_S_OK) {
		code = visit(cli, connection, context);
		netfwv6_connection_free(connection);
	}
	netfwv6_connection_enum_free(connections);
	return NETFWV6_FAILED(result) ? complain_of(result) : code;
}
