// SPDX-License-Identifier: LGPL-2.1-or-later
/* The manager's ports: INetFwV6Mgr's OpenGlobalPort and its family. */
#include "admin/change.h"
#include "api/mgr.h"
#include "api/told.h"
#include "ports/at_once.h"
#include "util/error.h"

static inline netfwv6_result take_range(const struct state *state, uint32_t first, uint32_t last,
					uint32_t protocol, struct range *range)
{
	return state ? range_take(first, last, protocol, range) :
		       fail(NETFWV6_E_POINTER, "the manager is null");
}

static inline netfwv6_result close_globally(struct state *state, uint32_t first, uint32_t last,
					    uint32_t protocol)
{
	struct range range = {};
	netfwv6_result result = take_range(state, first, last, protocol, &range);

	if (!state || NETFWV6_FAILED(result) || close_at_once(&state->policy, range))
		return result;
	return setting_clear(&(struct setting){ .state = state }, range);
}

netfwv6_result netfwv6_mgr_close_global_ports(struct netfwv6_mgr *mgr, uint32_t first,
					      uint32_t last, uint32_t protocol)
{
	return told(state_of(mgr), close_globally(state_of(mgr), first, last, protocol));
}

netfwv6_result netfwv6_mgr_close_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					     uint32_t protocol)
{
	return told(state_of(mgr), close_globally(state_of(mgr), port, port, protocol));
}

static inline netfwv6_result open_globally(struct state *state, uint32_t first, uint32_t last,
					   uint32_t protocol, const char *name)
{
	bool named = name && *name;
	char room[NAME_SIZE];
	struct range range = {};
	netfwv6_result result = take_range(state, first, last, protocol, &range);

	if (NETFWV6_SUCCEEDED(result) && named)
		result = name_take(state, &name, room);
	if (!state || NETFWV6_FAILED(result) || open_at_once(&state->policy, range, named))
		return result;
	return setting_set(&(struct setting){ .state = state }, range, name);
}

netfwv6_result netfwv6_mgr_open_global_ports(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					     uint32_t protocol, const char *name)
{
	return told(state_of(mgr), open_globally(state_of(mgr), first, last, protocol, name));
}

netfwv6_result netfwv6_mgr_open_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					    uint32_t protocol, const char *name)
{
	return told(state_of(mgr), open_globally(state_of(mgr), port, port, protocol, name));
}

static inline netfwv6_result ask_globally(struct state *state, struct range range, bool *open)
{
	uint64_t policy;

	if (!read_at_once(&state->policy, (struct range){ range.first, 1 }, &policy))
		return setting_ask(&(struct setting){ .state = state }, range.first, open);
	*open = policy & ENTRY_GLOBAL;
	return NETFWV6_S_OK;
}

static netfwv6_result mgr_is_port_globally_open(struct netfwv6_mgr *mgr, uint32_t port,
						uint32_t protocol, bool *open)
{
	struct range range = {};

	TRY(take_range(state_of(mgr), port, port, protocol, &range));
	return open ? ask_globally(state_of(mgr), range, open) :
		      fail(NETFWV6_E_POINTER, "the answer's out-pointer is null");
}

netfwv6_result netfwv6_mgr_is_port_globally_open(struct netfwv6_mgr *mgr, uint32_t port,
						 uint32_t protocol, bool *open)
{
	return told(state_of(mgr), mgr_is_port_globally_open(mgr, port, protocol, open));
}

static netfwv6_result mgr_enumerate_globally_open_ports(struct netfwv6_mgr *mgr,
							struct netfwv6_port_enum **ports)
{
	if (!mgr || !ports)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the enumerator's out-pointer" : "the manager");
	return setting_enumerate(&(struct setting){ .state = state_of(mgr) }, NULL, ports);
}

netfwv6_result netfwv6_mgr_enumerate_globally_open_ports(struct netfwv6_mgr *mgr,
							 struct netfwv6_port_enum **ports)
{
	return told(state_of(mgr), mgr_enumerate_globally_open_ports(mgr, ports));
}

static netfwv6_result mgr_enumerate_globally_open_port_range(struct netfwv6_mgr *mgr,
							     uint32_t first, uint32_t last,
							     uint32_t protocol,
							     struct netfwv6_port_enum **ports)
{
	struct range range = {};

	TRY(take_range(state_of(mgr), first, last, protocol, &range));
	return ports ? setting_enumerate(&(struct setting){ .state = state_of(mgr) }, &range,
					 ports) :
		       fail(NETFWV6_E_POINTER, "the enumerator's out-pointer is null");
}

netfwv6_result netfwv6_mgr_enumerate_globally_open_port_range(struct netfwv6_mgr *mgr,
							      uint32_t first, uint32_t last,
							      uint32_t protocol,
							      struct netfwv6_port_enum **ports)
{
	return told(state_of(mgr),
		    mgr_enumerate_globally_open_port_range(mgr, first, last, protocol, ports));
}
