// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ports/port_table.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"

netfwv6_result range_refuse(uint32_t first, uint32_t last, uint32_t protocol)
{
	if (protocol != NETFWV6_PROTOCOL_TCP && protocol != NETFWV6_PROTOCOL_UDP)
		return fail(NETFWV6_E_INVALIDARG, "protocol %u is neither TCP (6) nor UDP (17)",
			    protocol);
	if (first < NETFWV6_PORT_MIN || first > NETFWV6_PORT_MAX)
		return fail(NETFWV6_E_INVALIDARG, "port %u is not in 1..65535", first);
	if (last > NETFWV6_PORT_MAX)
		return fail(NETFWV6_E_INVALIDARG, "port %u is not in 1..65535", last);
	return fail(NETFWV6_E_INVALIDARG, "the range starts at %u, above its end %u", first, last);
}

uint32_t entry_port(uint32_t entry)
{
	return entry % PORTS_PER_PROTOCOL;
}

uint32_t entry_protocol(uint32_t entry)
{
	return entry < PORTS_PER_PROTOCOL ? NETFWV6_PROTOCOL_TCP : NETFWV6_PROTOCOL_UDP;
}

/* Reads the range through the descriptor, for those who may not map the table. */
static netfwv6_result look_up_entries(const struct state *state, struct range range,
				      uint64_t *entries)
{
	uint32_t before = range.first - 1, after, count = range.count;
	uint32_t *keys = malloc(range.count * sizeof(*keys));
	netfwv6_result result = NETFWV6_S_OK;

	if (!keys)
		return fail_errno(ENOMEM, "cannot read %u ports", range.count);
	/* A batch starts behind its first key. */
	if (bpf_map_lookup_batch(state->root.map[PIN_PORTS], range.first ? &before : NULL, &after,
				 keys, entries, &count, NULL) &&
	    errno != ENOENT)
		result = fail_errno(errno, "cannot read the port table in %s", state->root.dir);
	free(keys);
	return result;
}

netfwv6_result port_table_read(const struct state *state, struct range range, uint64_t *entries)
{
	if (state->root.state == ROOT_READABLE)
		return look_up_entries(state, range, entries);
	if (state->root.state == ROOT_ABSENT)
		memset(entries, 0, range.count * sizeof(*entries));
	else
		for (uint32_t i = 0; i < range.count; i++)
			entries[i] = policy_load(&state->policy, range.first + i);
	return NETFWV6_S_OK;
}
