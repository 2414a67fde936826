// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connections.h"

void enable(const char *device)
{
	must("%s -q enable %s", netfwv6(), device);
}

bool firewalled(const char *device)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, device);
	bool answer = false;

	assert_ok(netfwv6_connection_is_firewalled(connection, &answer));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return answer;
}

struct netfwv6_connection_status status_of(const char *device)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, device);

	assert_ok(netfwv6_connection_get_status(connection, &status));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return status;
}

void set_global(uint32_t port, uint32_t protocol, bool open)
{
	struct netfwv6_mgr *mgr = open_mgr();

	assert_ok(open ? netfwv6_mgr_open_global_port(mgr, port, protocol, NULL) :
			 netfwv6_mgr_close_global_port(mgr, port, protocol));
	netfwv6_mgr_close(mgr);
}
