// SPDX-License-Identifier: LGPL-2.1-or-later
/* The counters of a connection. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connection.h"
#include "error.h"
#include "reason_names.h"

static struct netfwv6_counter at_zero(const struct reason_name *name)
{
	return (struct netfwv6_counter){
		.reason = name->keyword,
		.sentence = name->sentence,
		.dropped = name->dropped,
	};
}

netfwv6_result netfwv6_get_reasons(size_t n, struct netfwv6_counter *reasons, size_t *count)
{
	if (!count || (!reasons && n))
		return fail(NETFWV6_E_POINTER, "the reasons' out-pointer is null");
	for (size_t i = 0; i < n && i < REASONS; i++)
		reasons[i] = at_zero(&reason_names[i]);
	*count = REASONS;
	return NETFWV6_S_OK;
}

/* Adds up what the CPUs counted. */
static netfwv6_result read_count(int map, uint32_t number, struct count *cpus, int n,
				 struct netfwv6_counter *counter)
{
	if (bpf_map_lookup_elem(map, &number, cpus))
		return fail_errno(errno, "cannot read the counters");
	for (int cpu = 0; cpu < n; cpu++) {
		counter->packets += cpus[cpu].packets;
		counter->bytes += cpus[cpu].bytes;
	}
	return NETFWV6_S_OK;
}

static netfwv6_result read_counts(int map, struct netfwv6_counter *counters)
{
	int n = libbpf_num_possible_cpus();
	struct count *cpus = n > 0 ? calloc(n, sizeof(*cpus)) : NULL;
	netfwv6_result result = NETFWV6_S_OK;

	if (!cpus)
		return fail_errno(n > 0 ? ENOMEM : -n, "cannot read the counters");
	for (size_t i = 0; i < REASONS && NETFWV6_SUCCEEDED(result); i++) {
		counters[i] = at_zero(&reason_names[i]);
		result = read_count(map, reason_names[i].number, cpus, n, &counters[i]);
	}
	free(cpus);
	return result;
}

static netfwv6_result open_counts(const struct netfwv6_connection *connection,
				  const struct attached_device *seen, uint32_t flags, int *map)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = flags);
	char path[PIN_PATH_SIZE];

	if (!seen->ours.id)
		return fail(NETFWV6_E_FAIL, "device %s is not firewalled, so nothing is counted",
			    connection->name);
	attachment_counts_path(connection->mgr, seen->ours.id, path);
	*map = bpf_obj_get_opts(path, &opts);
	return *map < 0 ? fail_errno(errno, "cannot open %s", path) : NETFWV6_S_OK;
}

netfwv6_result netfwv6_connection_get_counters(struct netfwv6_connection *connection, size_t n,
					       struct netfwv6_counter *counters, size_t *count)
{
	struct netfwv6_counter all[REASONS];
	struct attached_device seen;
	netfwv6_result result;
	int map = -1;

	if (!count || (!counters && n))
		return fail(NETFWV6_E_POINTER, "the counters' out-pointer is null");
	result = connection_lock(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	result = open_counts(connection, &seen, BPF_F_RDONLY, &map);
	pthread_mutex_unlock(&connection->mgr->root_mutex);
	if (NETFWV6_FAILED(result))
		return result;
	result = read_counts(map, all);
	close(map);
	if (NETFWV6_FAILED(result))
		return result;
	if (n)
		memcpy(counters, all, (n < REASONS ? n : REASONS) * sizeof(*all));
	*count = REASONS;
	return NETFWV6_S_OK;
}

static netfwv6_result clear_counts(int map)
{
	int n = libbpf_num_possible_cpus();
	struct count *zeros = n > 0 ? calloc(n, sizeof(*zeros)) : NULL;
	netfwv6_result result = NETFWV6_S_OK;

	if (!zeros)
		return fail_errno(n > 0 ? ENOMEM : -n, "cannot reset the counters");
	for (uint32_t number = 0; number < REASON_COUNT && NETFWV6_SUCCEEDED(result); number++)
		if (bpf_map_update_elem(map, &number, zeros, BPF_ANY))
			result = fail_errno(errno, "cannot reset the counters");
	free(zeros);
	return result;
}

netfwv6_result netfwv6_connection_reset_counters(struct netfwv6_connection *connection)
{
	struct attached_device seen;
	netfwv6_result result;
	int map = -1;

	result = connection_lock(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	result = open_counts(connection, &seen, 0, &map);
	pthread_mutex_unlock(&connection->mgr->root_mutex);
	if (NETFWV6_FAILED(result))
		return result;
	result = clear_counts(map);
	close(map);
	return result;
}
