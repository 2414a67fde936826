/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of the port table, and reading them for whoever may. */
#ifndef NETFWV6_PORT_TABLE_H
#define NETFWV6_PORT_TABLE_H

#include "state/state.h"

/* Consecutive entries of the port table: the ports of one protocol from first on. */
struct range {
	uint32_t first, count;
};

#define ALL_ENTRIES ((struct range){ 0, PORT_ENTRIES })
#define CHANGES ((struct range){ CHANGES_WORD, 1 }) /* the count of them */

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

/*
 * Reads them without a lock or a system call. False where the table was not the current one all
 * the time, so that nothing is sure.
 */
static inline bool read_at_once(const struct policy *policy, struct range range, uint64_t *entries)
{
	uint32_t begun = policy_begin(policy);

	if (!policy_current(policy, begun))
		return false;
	for (uint32_t i = 0; i < range.count; i++)
		entries[i] = policy_load(policy, range.first + i);
	return policy_current(policy, begun);
}

/* Reads the range's entries, zeros where there is no state. With the mutex held. */
netfwv6_result port_table_read(const struct state *state, struct range range, uint64_t *entries);

#endif
