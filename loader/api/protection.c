// SPDX-License-Identifier: LGPL-2.1-or-later
/* Ports that commands do not close. */
#include <stdlib.h>

#include "admin/administration.h"
#include "admin/make.h"
#include "api/call.h"
#include "api/mgr.h"
#include "ports/names.h"
#include "ports/port_table.h"
#include "state/protected.h"
#include "state/root.h"
#include "util/error.h"
#include "util/snapshot.h"

struct protection {
	struct range range;
	bool on;
};

static netfwv6_result check_open(const struct state *state, struct range range)
{
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		if (!(policy_load(&state->policy, i) & ENTRY_OPEN_ANYWHERE))
			return fail(NETFWV6_E_ABORT,
				    "port %u/%s is closed, so there is nothing to protect: open it "
				    "first",
				    entry_port(i),
				    entry_protocol(i) == NETFWV6_PROTOCOL_TCP ? "tcp" : "udp");
	return NETFWV6_S_OK;
}

static netfwv6_result change_protection(struct state *state, void *argument)
{
	const struct protection *protection = argument;
	const struct range range = protection->range;
	struct protected_ports ports;

	TRY(state_open(state));
	if (state->root.state == ROOT_ABSENT && !protection->on)
		return NETFWV6_S_OK;
	TRY(state_make(state));
	if (state->root.state != ROOT_WRITABLE)
		return root_read_only(&state->root);
	if (protection->on)
		TRY(check_open(state, range));
	TRY(protected_read(&state->root, &ports));
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		protected_set(&ports, i, protection->on);
	return protected_write(&state->root, &ports);
}

static netfwv6_result put_protection(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
				     uint32_t protocol, bool on)
{
	struct protection protection = { .on = on };

	if (!mgr)
		return fail(NETFWV6_E_POINTER, "the manager is null");
	TRY(range_take(first, last, protocol, &protection.range));
	return with_administration(&mgr->state, change_protection, &protection);
}

netfwv6_result netfwv6_mgr_protect_ports(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					 uint32_t protocol)
{
	return call_told(state_of(mgr), put_protection(mgr, first, last, protocol, true));
}

netfwv6_result netfwv6_mgr_unprotect_ports(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					   uint32_t protocol)
{
	return call_told(state_of(mgr), put_protection(mgr, first, last, protocol, false));
}

/* With the mutex held. */
static netfwv6_result collect_protected_ports(struct state *state, struct snapshot_builder *builder)
{
	struct protected_ports ports;

	TRY(state_open(state));
	TRY(protected_read(&state->root, &ports));
	for (uint32_t i = 0; i < PORT_ENTRIES; i++) {
		struct netfwv6_port port = { .port = entry_port(i), .protocol = entry_protocol(i) };

		if (!port.port || !protected_has(&ports, i))
			continue;
		name_get(state, (struct name_key){ .entry = i }, port.name);
		TRY(snapshot_add(builder, &port));
	}
	return NETFWV6_S_OK;
}

static netfwv6_result mgr_enumerate_protected_ports(struct netfwv6_mgr *mgr,
						    struct netfwv6_port_enum **ports)
{
	struct snapshot_builder builder = { .size = sizeof(struct netfwv6_port) };
	struct snapshot_cursor *cursor;
	netfwv6_result result;

	if (!mgr || !ports)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the enumerator's out-pointer" : "the manager");
	pthread_mutex_lock(&mgr->state.mutex);
	result = collect_protected_ports(&mgr->state, &builder);
	pthread_mutex_unlock(&mgr->state.mutex);
	TRY(snapshot_finish(&builder, result, &cursor));
	*ports = (struct netfwv6_port_enum *)cursor;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_enumerate_protected_ports(struct netfwv6_mgr *mgr,
						     struct netfwv6_port_enum **ports)
{
	return call_told(state_of(mgr), mgr_enumerate_protected_ports(mgr, ports));
}
