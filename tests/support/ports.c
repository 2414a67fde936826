// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ports.h"

#include <string.h>

#include "world.h"

bool is_open(struct netfwv6_mgr *mgr, uint32_t port, uint32_t protocol)
{
	bool open = false;

	assert_ok(netfwv6_mgr_is_port_globally_open(mgr, port, protocol, &open));
	return open;
}

size_t count_open(struct netfwv6_mgr *mgr)
{
	struct netfwv6_port_enum *ports;
	size_t count;

	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports));
	assert_ok(netfwv6_port_enum_count(ports, &count));
	netfwv6_port_enum_free(ports);
	return count;
}

void name_of(struct netfwv6_mgr *mgr, uint32_t port, uint32_t protocol, char *name)
{
	struct netfwv6_port_enum *ports;
	struct netfwv6_port found;

	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(
		mgr, &(struct netfwv6_port_range){ port, port, protocol }, &ports));
	assert_ok(netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &found, NULL));
	assert_int_equal(found.port, port);
	assert_int_equal(found.protocol, protocol);
	strcpy(name, found.name);
	netfwv6_port_enum_free(ports);
}
