// SPDX-License-Identifier: LGPL-2.1-or-later
/* The counters of a connection. */
#include <bpf/bpf.h>
#include <unistd.h>

#include "api/connection.h"
#include "api/told.h"
#include "device/counts.h"
#include "util/error.h"
#include "util/options.h"
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
	netfwv6_result result = counts_read(map, all);

	for (size_t i = 0; i < REASONS && NETFWV6_SUCCEEDED(result); i++) {
		counters[i] = at_zero(&reason_names[i]);
		counters[i].packets = all[reason_names[i].number].packets;
		counters[i].bytes = all[reason_names[i].number].bytes;
	}
	return result;
}

static netfwv6_result open_counters(const struct netfwv6_connection *connection,
				    const struct attached_device *seen, uint32_t flags, int *map)
{
	if (!attachment_is_firewalled(&seen->ours))
		return fail(NETFWV6_E_FAIL, "device %s is not firewalled, so nothing is counted",
			    connection->name);
	return counts_open(connection->state, seen->ours.id, flags, map);
}

static netfwv6_result connection_get_counters(struct netfwv6_connection *connection, size_t n,
					      size_t size, struct netfwv6_counter *counters,
					      size_t *count)
{
	struct netfwv6_counter all[REASONS];
	struct attached_device seen;
	netfwv6_result result;
	int map = -1;

	if (!count || (!counters && n))
		return fail(NETFWV6_E_POINTER, "the counters' out-pointer is null");
	result = elements_check_size(size);
	if (NETFWV6_SUCCEEDED(result))
		result = connection_lock(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	result = open_counters(connection, &seen, BPF_F_RDONLY, &map);
	pthread_mutex_unlock(&connection->state->mutex);
	if (NETFWV6_FAILED(result))
		return result;
	result = read_counters(map, all);
	close(map);
	if (NETFWV6_FAILED(result))
		return result;
	elements_give(counters, size, all, sizeof(*all), n < REASONS ? n : REASONS);
	*count = REASONS;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_connection_get_counters(struct netfwv6_connection *connection, size_t n,
					       size_t size, struct netfwv6_counter *counters,
					       size_t *count)
{
	return told(state_of_connection(connection),
		    connection_get_counters(connection, n, size, counters, count));
}

static netfwv6_result connection_reset_counters(struct netfwv6_connection *connection)
{
	struct attached_device seen;
	netfwv6_result result;
	int map = -1;

	result = connection_lock(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	result = open_counters(connection, &seen, 0, &map);
	pthread_mutex_unlock(&connection->state->mutex);
	if (NETFWV6_FAILED(result))
		return result;
	result = counts_clear(map, 0, REASON_COUNT);
	close(map);
	return result;
}

netfwv6_result netfwv6_connection_reset_counters(struct netfwv6_connection *connection)
{
	return told(state_of_connection(connection), connection_reset_counters(connection));
}
