// SPDX-License-Identifier: LGPL-2.1-or-later
/* The manager's ports: INetFwV6Mgr's OpenGlobalPort and its family. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "error.h"
#include "locks.h"
#include "mgr.h"
#include "names.h"
#include "snapshot.h"

/* Consecutive entries of the port table: the ports of one protocol from first on. */
struct range {
	uint32_t first, count;
};

static uint32_t protocol_base(uint32_t protocol)
{
	return protocol == NETFWV6_PROTOCOL_UDP ? PORTS_PER_PROTOCOL : 0;
}

static netfwv6_result take_range(const struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
				 uint32_t protocol, struct range *range)
{
	if (!mgr)
		return fail(NETFWV6_E_POINTER, "the manager is null");
	if (protocol != NETFWV6_PROTOCOL_TCP && protocol != NETFWV6_PROTOCOL_UDP)
		return fail(NETFWV6_E_INVALIDARG, "protocol %u is neither TCP (6) nor UDP (17)",
			    protocol);
	if (first < NETFWV6_PORT_MIN || first > NETFWV6_PORT_MAX)
		return fail(NETFWV6_E_INVALIDARG, "port %u is not in 1..65535", first);
	if (last > NETFWV6_PORT_MAX)
		return fail(NETFWV6_E_INVALIDARG, "port %u is not in 1..65535", last);
	if (first > last)
		return fail(NETFWV6_E_INVALIDARG, "the range starts at %u, above its end %u", first,
			    last);
	*range = (struct range){ protocol_base(protocol) + first, last - first + 1 };
	return NETFWV6_S_OK;
}

static netfwv6_result refresh(struct netfwv6_mgr *mgr, enum mgr_intent intent, bool *absent)
{
	netfwv6_result result;

	pthread_mutex_lock(&mgr->root_mutex);
	result = mgr_refresh(mgr, intent);
	*absent = mgr->root.state == ROOT_ABSENT;
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

/* ---- Closing: atomic operations and nothing else ------------------------- */

static netfwv6_result close_port_range(struct netfwv6_mgr *mgr, struct range range)
{
	struct policy *policy = &mgr->policy;

	for (;;) {
		uint32_t begun = policy_begin(policy);
		netfwv6_result result;
		bool absent;

		if (policy_current(policy, begun)) {
			for (uint32_t i = range.first; i < range.first + range.count; i++)
				if (policy_load(policy, i) & ENTRY_GLOBAL)
					policy_clear(policy, i, ENTRY_GLOBAL);
			if (policy_current(policy, begun))
				return NETFWV6_S_OK;
		}
		result = refresh(mgr, MGR_CLOSE, &absent);
		if (NETFWV6_FAILED(result) || absent)
			return result;
	}
}

netfwv6_result netfwv6_mgr_close_global_ports(struct netfwv6_mgr *mgr, uint32_t first,
					      uint32_t last, uint32_t protocol)
{
	struct range range;
	netfwv6_result result = take_range(mgr, first, last, protocol, &range);

	return NETFWV6_FAILED(result) ? result : close_port_range(mgr, range);
}

netfwv6_result netfwv6_mgr_close_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					     uint32_t protocol)
{
	return netfwv6_mgr_close_global_ports(mgr, port, port, protocol);
}

/* ---- Opening: names first, then the bits --------------------------------- */

static bool all_open(const struct policy *policy, struct range range)
{
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		if (!(policy_load(policy, i) & ENTRY_GLOBAL))
			return false;
	return true;
}

/*
 * Opens the closed ports of the range and leaves the open ones alone. They are
 * chosen once: what someone closes meanwhile was open when this call met it.
 */
static netfwv6_result open_closed(struct netfwv6_mgr *mgr, struct range range, const char *name)
{
	uint32_t *closed = malloc(range.count * sizeof(*closed));
	netfwv6_result result = NETFWV6_S_OK;
	size_t n = 0;

	if (!closed)
		return fail_errno(ENOMEM, "cannot open %u ports", range.count);
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		if (!(policy_load(&mgr->policy, i) & ENTRY_GLOBAL))
			closed[n++] = i;
	if (!name || !*name)
		names_drop_closed(mgr, range.first, range.count);
	else
		for (size_t i = 0; i < n && NETFWV6_SUCCEEDED(result); i++)
			result = name_put(mgr, (struct name_key){ .entry = closed[i] }, name);
	for (size_t i = 0; i < n && NETFWV6_SUCCEEDED(result); i++)
		policy_set(&mgr->policy, closed[i], ENTRY_GLOBAL);
	free(closed);
	return result;
}

/* With root_mutex held: done, or S_FALSE when the table was retired meanwhile. */
static netfwv6_result open_locked(struct netfwv6_mgr *mgr, struct range range, const char *name)
{
	uint32_t begun = policy_begin(&mgr->policy);
	netfwv6_result result;
	int lock;

	if (!policy_current(&mgr->policy, begun)) {
		result = mgr_refresh(mgr, MGR_OPEN);
		if (NETFWV6_FAILED(result))
			return result;
		begun = policy_begin(&mgr->policy);
	}
	result = lock_names(&mgr->root, &lock);
	if (NETFWV6_SUCCEEDED(result)) {
		result = open_closed(mgr, range, name);
		unlock(lock);
	}
	/* Also when it failed: the lock of a state that was removed is gone. */
	return policy_current(&mgr->policy, begun) ? result : NETFWV6_S_FALSE;
}

static netfwv6_result open_port_range(struct netfwv6_mgr *mgr, struct range range, const char *name)
{
	uint32_t begun = policy_begin(&mgr->policy);
	netfwv6_result result;

	if (policy_current(&mgr->policy, begun) && all_open(&mgr->policy, range) &&
	    policy_current(&mgr->policy, begun))
		return NETFWV6_S_OK;
	pthread_mutex_lock(&mgr->root_mutex);
	do
		result = open_locked(mgr, range, name);
	while (result == NETFWV6_S_FALSE);
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

netfwv6_result netfwv6_mgr_open_global_ports(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					     uint32_t protocol, const char *name)
{
	struct range range;
	netfwv6_result result = take_range(mgr, first, last, protocol, &range);

	if (NETFWV6_SUCCEEDED(result))
		result = name_check(name);
	return NETFWV6_FAILED(result) ? result : open_port_range(mgr, range, name);
}

netfwv6_result netfwv6_mgr_open_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					    uint32_t protocol, const char *name)
{
	return netfwv6_mgr_open_global_ports(mgr, port, port, protocol, name);
}

/* ---- Reading ------------------------------------------------------------- */

/* Reads the range through the descriptor, for those who may not map the table. */
static netfwv6_result look_up(const struct netfwv6_mgr *mgr, struct range range, uint64_t *entries)
{
	uint32_t before = range.first - 1, after, count = range.count;
	uint32_t *keys = malloc(range.count * sizeof(*keys));
	netfwv6_result result = NETFWV6_S_OK;

	if (!keys)
		return fail_errno(ENOMEM, "cannot read %u ports", range.count);
	/* A batch starts behind its first key. */
	if (bpf_map_lookup_batch(mgr->root.ports, &before, &after, keys, entries, &count, NULL) &&
	    errno != ENOENT)
		result = fail_errno(errno, "cannot read the port table in %s", mgr->root.dir);
	free(keys);
	return result;
}

/* With root_mutex held. */
static netfwv6_result read_locked(struct netfwv6_mgr *mgr, struct range range, uint64_t *entries)
{
	netfwv6_result result = mgr_refresh(mgr, MGR_READ);

	if (NETFWV6_FAILED(result))
		return result;
	if (mgr->root.state == ROOT_READABLE)
		return look_up(mgr, range, entries);
	for (uint32_t i = 0; i < range.count; i++)
		entries[i] = mgr->root.state == ROOT_ABSENT ?
				     0 :
				     policy_load(&mgr->policy, range.first + i);
	return NETFWV6_S_OK;
}

static netfwv6_result read_range(struct netfwv6_mgr *mgr, struct range range, uint64_t *entries)
{
	uint32_t begun = policy_begin(&mgr->policy);
	netfwv6_result result;

	if (policy_current(&mgr->policy, begun)) {
		for (uint32_t i = 0; i < range.count; i++)
			entries[i] = policy_load(&mgr->policy, range.first + i);
		if (policy_current(&mgr->policy, begun))
			return NETFWV6_S_OK;
	}
	pthread_mutex_lock(&mgr->root_mutex);
	result = read_locked(mgr, range, entries);
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

netfwv6_result netfwv6_mgr_is_port_globally_open(struct netfwv6_mgr *mgr, uint32_t port,
						 uint32_t protocol, bool *open)
{
	struct range range;
	netfwv6_result result = take_range(mgr, port, port, protocol, &range);
	uint64_t entry;

	if (NETFWV6_FAILED(result))
		return result;
	if (!open)
		return fail(NETFWV6_E_POINTER, "the answer's out-pointer is null");
	result = read_range(mgr, range, &entry);
	if (NETFWV6_SUCCEEDED(result))
		*open = entry & ENTRY_GLOBAL;
	return result;
}

/* Adds the globally open ports of one protocol's range, without their names. */
static netfwv6_result collect(struct netfwv6_mgr *mgr, struct range range, uint32_t protocol,
			      struct snapshot_builder *builder)
{
	uint64_t *entries = malloc(range.count * sizeof(*entries));
	netfwv6_result result;

	if (!entries)
		return fail_errno(ENOMEM, "cannot read %u ports", range.count);
	result = read_range(mgr, range, entries);
	for (uint32_t i = 0; i < range.count && NETFWV6_SUCCEEDED(result); i++) {
		struct netfwv6_port port = {
			.port = range.first + i - protocol_base(protocol),
			.protocol = protocol,
		};

		if (entries[i] & ENTRY_GLOBAL)
			result = snapshot_add(builder, &port);
	}
	free(entries);
	return result;
}

static void add_names(struct netfwv6_mgr *mgr, struct snapshot_builder *builder)
{
	struct netfwv6_port *ports = builder->elements;

	pthread_mutex_lock(&mgr->root_mutex);
	if (mgr->root.state != ROOT_ABSENT && !names_none(mgr))
		for (size_t i = 0; i < builder->count; i++)
			name_get(mgr,
				 (struct name_key){ .entry = protocol_base(ports[i].protocol) +
							     ports[i].port },
				 ports[i].name);
	pthread_mutex_unlock(&mgr->root_mutex);
}

static netfwv6_result finish_enum(struct netfwv6_mgr *mgr, struct snapshot_builder *builder,
				  netfwv6_result result, struct netfwv6_port_enum **ports)
{
	struct snapshot_cursor *cursor;

	if (NETFWV6_SUCCEEDED(result))
		add_names(mgr, builder);
	result = snapshot_finish(builder, result, &cursor);
	if (NETFWV6_SUCCEEDED(result))
		*ports = (struct netfwv6_port_enum *)cursor;
	return result;
}

netfwv6_result netfwv6_mgr_enumerate_globally_open_ports(struct netfwv6_mgr *mgr,
							 struct netfwv6_port_enum **ports)
{
	static const uint32_t protocols[] = { NETFWV6_PROTOCOL_TCP, NETFWV6_PROTOCOL_UDP };
	struct snapshot_builder builder = { .size = sizeof(struct netfwv6_port) };
	netfwv6_result result = NETFWV6_S_OK;

	if (!ports)
		return fail(NETFWV6_E_POINTER, "the enumerator's out-pointer is null");
	for (size_t i = 0; i < 2 && NETFWV6_SUCCEEDED(result); i++) {
		struct range range;

		result = take_range(mgr, NETFWV6_PORT_MIN, NETFWV6_PORT_MAX, protocols[i], &range);
		if (NETFWV6_SUCCEEDED(result))
			result = collect(mgr, range, protocols[i], &builder);
	}
	return finish_enum(mgr, &builder, result, ports);
}

netfwv6_result netfwv6_mgr_enumerate_globally_open_port_range(struct netfwv6_mgr *mgr,
							      uint32_t first, uint32_t last,
							      uint32_t protocol,
							      struct netfwv6_port_enum **ports)
{
	struct snapshot_builder builder = { .size = sizeof(struct netfwv6_port) };
	struct range range;
	netfwv6_result result = take_range(mgr, first, last, protocol, &range);

	if (NETFWV6_FAILED(result))
		return result;
	if (!ports)
		return fail(NETFWV6_E_POINTER, "the enumerator's out-pointer is null");
	result = collect(mgr, range, protocol, &builder);
	return finish_enum(mgr, &builder, result, ports);
}
