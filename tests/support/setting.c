// SPDX-License-Identifier: LGPL-2.1-or-later
#include "setting.h"

#include <stdio.h>
#include <string.h>

static netfwv6_result open_nameless(struct netfwv6_connection *connection, uint32_t port,
				    uint32_t protocol)
{
	return netfwv6_connection_open_port(connection, port, protocol, NULL);
}

static netfwv6_result open_nameless_range(struct netfwv6_connection *connection, uint32_t first,
					  uint32_t last, uint32_t protocol)
{
	return netfwv6_connection_open_ports(connection, first, last, protocol, NULL);
}

static netfwv6_result ignore_nameless(struct netfwv6_connection *connection, uint32_t port,
				      uint32_t protocol)
{
	return netfwv6_connection_ignore_global_port(connection, port, protocol, NULL);
}

static netfwv6_result ignore_nameless_range(struct netfwv6_connection *connection, uint32_t first,
					    uint32_t last, uint32_t protocol)
{
	return netfwv6_connection_ignore_global_ports(connection, first, last, protocol, NULL);
}

const struct setting setting_open = {
	.set = open_nameless,
	.set_range = open_nameless_range,
	.clear = netfwv6_connection_close_port,
	.clear_range = netfwv6_connection_close_ports,
	.is_set = netfwv6_connection_is_port_open,
	.enumerate = netfwv6_connection_enumerate_open_ports,
};

const struct setting setting_ignored = {
	.set = ignore_nameless,
	.set_range = ignore_nameless_range,
	.clear = netfwv6_connection_observe_global_port,
	.clear_range = netfwv6_connection_observe_global_ports,
	.is_set = netfwv6_connection_is_global_port_ignored,
	.enumerate = netfwv6_connection_enumerate_ignored_global_ports,
};

bool is_set(const struct setting *setting, struct netfwv6_connection *connection, uint32_t port,
	    uint32_t protocol)
{
	bool answer = false;

	assert_ok(setting->is_set(connection, port, protocol, &answer));
	return answer;
}

size_t count_set(const struct setting *setting, struct netfwv6_connection *connection)
{
	struct netfwv6_port_enum *ports;
	size_t count;

	assert_ok(setting->enumerate(connection, NULL, &ports));
	assert_ok(netfwv6_port_enum_count(ports, &count));
	netfwv6_port_enum_free(ports);
	return count;
}

struct netfwv6_port next_port(struct netfwv6_port_enum *ports)
{
	struct netfwv6_port port = {};

	assert_ok(netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &port, NULL));
	return port;
}

/* Adds the ports to the text and frees them. */
static size_t describe_ports(struct netfwv6_port_enum *ports, const char *scope, char *text,
			     size_t size)
{
	struct netfwv6_port port;
	size_t length = 0;

	while (netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &port, NULL) ==
	       NETFWV6_S_OK) {
		length += snprintf(text + length, size - length, "%s %u/%u '%s'\n", scope,
				   port.port, port.protocol, port.name);
		assert_true(length < size);
	}
	netfwv6_port_enum_free(ports);
	return length;
}

static size_t describe_connection(struct netfwv6_connection *connection, char *text, size_t size)
{
	struct netfwv6_port_enum *ports;
	char scope[64];
	size_t length;

	snprintf(scope, sizeof(scope), "open on %s", netfwv6_connection_id(connection));
	assert_ok(netfwv6_connection_enumerate_open_ports(connection, NULL, &ports));
	length = describe_ports(ports, scope, text, size);
	snprintf(scope, sizeof(scope), "ignored on %s", netfwv6_connection_id(connection));
	assert_ok(netfwv6_connection_enumerate_ignored_global_ports(connection, NULL, &ports));
	return length + describe_ports(ports, scope, text + length, size - length);
}

void describe_settings(struct netfwv6_mgr *mgr, char *text, size_t size)
{
	struct netfwv6_connection_enum *connections;
	struct netfwv6_connection *connection;
	struct netfwv6_port_enum *ports;
	size_t length;

	*text = '\0';
	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports));
	length = describe_ports(ports, "global", text, size);
	assert_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	while (netfwv6_connection_enum_next(connections, 1, &connection, NULL) == NETFWV6_S_OK) {
		length += describe_connection(connection, text + length, size - length);
		netfwv6_connection_free(connection);
	}
	netfwv6_connection_enum_free(connections);
}
