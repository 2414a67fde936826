// SPDX-License-Identifier: LGPL-2.1-or-later
/* The enumerator of ports: a snapshot's cursor, typed. */
#include "util/error.h"
#include "util/snapshot.h"

static struct snapshot_cursor *port_cursor(const struct netfwv6_port_enum *ports)
{
	return (struct snapshot_cursor *)ports;
}

netfwv6_result netfwv6_port_enum_next(struct netfwv6_port_enum *ports, size_t n, size_t size,
				      struct netfwv6_port *elements, size_t *fetched)
{
	return snapshot_next(port_cursor(ports), n, size, elements, fetched);
}

netfwv6_result netfwv6_port_enum_skip(struct netfwv6_port_enum *ports, size_t n)
{
	return snapshot_skip(port_cursor(ports), n);
}

netfwv6_result netfwv6_port_enum_reset(struct netfwv6_port_enum *ports)
{
	return snapshot_reset(port_cursor(ports));
}

netfwv6_result netfwv6_port_enum_clone(const struct netfwv6_port_enum *ports,
				       struct netfwv6_port_enum **clone)
{
	struct snapshot_cursor *cursor;

	TRY(snapshot_clone(port_cursor(ports), clone ? &cursor : NULL));
	*clone = (struct netfwv6_port_enum *)cursor;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_port_enum_count(const struct netfwv6_port_enum *ports, size_t *count)
{
	return snapshot_count(port_cursor(ports), count);
}

void netfwv6_port_enum_free(struct netfwv6_port_enum *ports)
{
	snapshot_free(port_cursor(ports));
}
