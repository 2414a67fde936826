// SPDX-License-Identifier: LGPL-2.1-or-later
/* The counters of a connection. */
#include <bpf/bpf.h>

#include "api/call.h"
#include "api/connection.h"
#include "device/counts.h"
#include "util/reason_names.h"

static struct netfwv6_counter at_zero(const struct reason_name *name)
{
	return (struct netfwv6_counter){
		.reason = name->keyword,
		.sentence = name->sentence,
		.dropped = name->dropped,
	};
}

netfwv6_result netfwv6_get_reasons(size_t n, size_t size, struct netfwv6_counter *reasons,
				   size_t *count)
{
	struct netfwv6_counter all[REASONS];

	if (!count || (!reasons && n))
		return fail(NETFWV6_E_POINTER, "the reasons' out-pointer is null");
	TRY(elements_check_size(size));
	for (size_t i = 0; i < REASONS; i++)
		all[i] = at_zero(&reason_names[i]);
	elements_give(reasons, size, all, sizeof(*all), n < REASONS ? n : REASONS);
	*count = REASONS;
	return NETFWV6_S_OK;
}

static netfwv6_result read_counters(int map, struct netfwv6_counter *counters)
{
	struct count all[REASON_COUNT];

	TRY(counts_read(map, all));
	for (size_t i = 0; i < REASONS; i++) {
		counters[i] = at_zero(&reason_names[i]);
		counters[i].packets = all[reason_names[i].number].packets;
		counters[i].bytes = all[reason_names[i].number].bytes;
	}
	return NETFWV6_S_OK;
}

static netfwv6_result open_counters(struct call *call, const struct netfwv6_connection *connection,
				    uint32_t flags, int *map)
{
	struct attached_device seen;

	TRY(connection_look(call, connection, &seen));
	if (!attachment_is_firewalled(&seen.ours))
		return fail(NETFWV6_E_FAIL, "device %s is not firewalled, so nothing is counted",
			    connection->name);
	return counts_open(call->state, seen.ours.id, flags, map);
}

netfwv6_result netfwv6_connection_get_counters(struct netfwv6_connection *connection, size_t n,
					       size_t size, struct netfwv6_counter *counters,
					       size_t *count)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connection(connection));
	int map CLEANUP(close_descriptor) = -1;
	struct netfwv6_counter all[REASONS];

	if (!count || (!counters && n))
		return fail(NETFWV6_E_POINTER, "the counters' out-pointer is null");
	TRY(elements_check_size(size));
	TRY(open_counters(&call, connection, BPF_F_RDONLY, &map));
	TRY(read_counters(map, all));
	elements_give(counters, size, all, sizeof(*all), n < REASONS ? n : REASONS);
	*count = REASONS;
	return call_result(&call, NETFWV6_S_OK);
}

netfwv6_result netfwv6_connection_reset_counters(struct netfwv6_connection *connection)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connection(connection));
	int map CLEANUP(close_descriptor) = -1;

	TRY(open_counters(&call, connection, 0, &map));
	return call_result(&call, counts_clear(map, 0, REASON_COUNT));
}
