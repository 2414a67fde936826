/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of the port table, and reading them for whoever may. */
#ifndef NETFWV6_PORT_TABLE_H
#define NETFWV6_PORT_TABLE_H

#include "mgr.h"

/* Consecutive entries of the port table: the ports of one protocol from first on. */
struct range {
	uint32_t first, count;
};

#define ALL_ENTRIES ((struct range){ 0, PORT_ENTRIES })

/* Says what is wrong with them. */
netfwv6_result range_refuse(uint32_t first, uint32_t last, uint32_t protocol);

/* E_INVALIDARG unless these are ports of a protocol. */
static inline netfwv6_result range_take(uint32_t first, uint32_t last, uint32_t protocol,
					struct range *range)
{
	*range = (struct range){
		.first = first + (protocol == NETFWV6_PROTOCOL_UDP ? PORTS_PER_PROTOCOL : 0),
		.count = last - first + 1,
	};
	if ((protocol != NETFWV6_PROTOCOL_TCP && protocol != NETFWV6_PROTOCOL_UDP) ||
	    first < NETFWV6_PORT_MIN || first > last || last > NETFWV6_PORT_MAX)
		return range_refuse(first, last, protocol);
	return NETFWV6_S_OK;
}

/* The port and the protocol of an entry. */
uint32_t entry_port(uint32_t entry);
uint32_t entry_protocol(uint32_t entry);

/* Reads the range's entries, zeros where there is no state. Takes root_mutex if need be. */
netfwv6_result port_table_read(struct netfwv6_mgr *mgr, struct range range, uint64_t *entries);

/* The same with root_mutex held and the state opened. */
netfwv6_result port_table_read_opened(const struct netfwv6_mgr *mgr, struct range range,
				      uint64_t *entries);

#endif
