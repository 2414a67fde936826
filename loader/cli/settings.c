// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

netfwv6_result ask_what_will_be(const struct cli *cli, struct netfwv6_connection *connection,
				uint32_t port, uint32_t protocol, bool *open)
{
	bool here = false, global = false, ignored = false;
	netfwv6_result result = netfwv6_connection_is_port_open(connection, port, protocol, &here);

	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_mgr_is_port_globally_open(cli->mgr, port, protocol, &global);
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_connection_is_global_port_ignored(connection, port, protocol,
								   &ignored);
	*open = here || (global && !ignored);
	return result;
}
