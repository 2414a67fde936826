// SPDX-License-Identifier: LGPL-2.1-or-later
/* The calls on ports: INetFwV6Mgr's OpenGlobalPort and its family, INetFwV6Connection's OpenPort. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/change.h"
#include "api/call.h"
#include "api/connection.h"
#include "api/mgr.h"
#include "ports/at_once.h"

/* Whose setting a call is about. Without a state the handle is null. */
struct scope {
	struct setting setting;
	const char *handle; /* "the manager", "the connection" */
	bool loopback;	    /* the connection's, for which nothing can be set */
};

static netfwv6_result ports_take(struct scope scope, uint32_t first, uint32_t last,
				 uint32_t protocol, struct range *range)
{
	TRY(pointer_check(scope.setting.state, scope.handle));
	return range_take(first, last, protocol, range);
}

static netfwv6_result check_loopback(struct scope scope)
{
	return scope.loopback ? fail(NETFWV6_E_NOINTERFACE,
				     "device %s is the loopback: the host's talk with itself is "
				     "not filtered, so nothing can be set for it",
				     scope.setting.device) :
				NETFWV6_S_OK;
}

static netfwv6_result ports_set(struct scope scope, uint32_t first, uint32_t last,
				uint32_t protocol, const char *name)
{
	struct call call CLEANUP(call_end) = call_on(scope.setting.state);
	char room[NAME_SIZE];
	struct range range;

	TRY(ports_take(scope, first, last, protocol, &range));
	TRY(name_take(call.state, &name, room));
	TRY(check_loopback(scope));
	return call_result(&call, setting_set(&scope.setting, range, name));
}

static netfwv6_result ports_clear(struct scope scope, uint32_t first, uint32_t last,
				  uint32_t protocol)
{
	struct call call CLEANUP(call_end) = call_on(scope.setting.state);
	struct range range;

	TRY(ports_take(scope, first, last, protocol, &range));
	return call_result(&call, setting_clear(&scope.setting, range));
}

static netfwv6_result ports_ask(struct scope scope, uint32_t port, uint32_t protocol, bool *is_set)
{
	struct call call CLEANUP(call_end) = call_on(scope.setting.state);
	struct range range;

	TRY(ports_take(scope, port, port, protocol, &range));
	TRY(pointer_check(is_set, "the answer's out-pointer"));
	return call_result(&call, setting_ask(&scope.setting, range.first, is_set));
}

static netfwv6_result ports_enumerate(struct scope scope, const struct netfwv6_port_range *range,
				      struct netfwv6_port_enum **ports)
{
	struct call call CLEANUP(call_end) = call_on(scope.setting.state);
	struct range wanted = ALL_ENTRIES;

	TRY(pointer_check(call.state, scope.handle));
	TRY(pointer_check(ports, "the enumerator's out-pointer"));
	if (range)
		TRY(range_take(range->first, range->last, range->protocol, &wanted));
	return call_result(&call, setting_enumerate(&scope.setting, wanted, ports));
}

/* Several in one call. */

/* A change that was found to be one. */
struct taken {
	struct setting setting;
	struct range range;
	bool to_set;
	const char *name;
	char room[NAME_SIZE];
};

static netfwv6_result take_change(struct scope scope, const struct netfwv6_port_change *given,
				  struct taken *taken)
{
	taken->setting = scope.setting;
	taken->setting.ignored = given->change >= NETFWV6_CHANGE_IGNORE;
	taken->to_set =
		given->change == NETFWV6_CHANGE_OPEN || given->change == NETFWV6_CHANGE_IGNORE;
	taken->name = given->name;
	if (given->change < NETFWV6_CHANGE_OPEN || given->change > NETFWV6_CHANGE_OBSERVE)
		return fail(NETFWV6_E_INVALIDARG,
			    "change %u is none of open, close, ignore, observe", given->change);
	if (taken->setting.ignored && !scope.setting.device)
		return fail(NETFWV6_E_INVALIDARG,
			    "only a connection ignores global ports: ask it for this change");
	if (!taken->to_set && given->name)
		return fail(NETFWV6_E_INVALIDARG,
			    "only ports that open or are ignored take a name");
	TRY(ports_take(scope, given->first, given->last, given->protocol, &taken->range));
	TRY(name_take(scope.setting.state, &taken->name, taken->room));
	return taken->to_set ? check_loopback(scope) : NETFWV6_S_OK;
}

/* Says in the sentence which of several it is about. */
static netfwv6_result fail_of(netfwv6_result result, size_t i, size_t n)
{
	char sentence[NETFWV6_DETAIL_SIZE];

	if (n == 1)
		return result;
	memcpy(sentence, failure_sentence(), sizeof(sentence));
	return fail(result, "change %zu of %zu: %s", i + 1, n, sentence);
}

static netfwv6_result take_changes(struct scope scope, size_t n, size_t size,
				   const struct netfwv6_port_change *changes, struct taken *taken)
{
	for (size_t i = 0; i < n; i++) {
		struct netfwv6_port_change given = {};
		netfwv6_result result = elements_take(&given, sizeof(given),
						      (const char *)changes + i * size, size);

		if (NETFWV6_SUCCEEDED(result))
			result = take_change(scope, &given, &taken[i]);
		if (NETFWV6_FAILED(result))
			return fail_of(result, i, n);
	}
	return NETFWV6_S_OK;
}

static netfwv6_result make_changes(const struct taken *taken, size_t n, size_t *made)
{
	for (*made = 0; *made < n; (*made)++) {
		const struct taken *it = &taken[*made];
		netfwv6_result result = it->to_set ?
						setting_set(&it->setting, it->range, it->name) :
						setting_clear(&it->setting, it->range);

		if (NETFWV6_FAILED(result))
			return fail_of(result, *made, n);
	}
	return NETFWV6_S_OK;
}

static netfwv6_result ports_change(struct scope scope, size_t n, size_t size,
				   const struct netfwv6_port_change *changes, size_t *made)
{
	struct call call CLEANUP(call_end) = call_on(scope.setting.state);
	struct taken *taken CLEANUP(free_pointer) = NULL;
	size_t count;

	TRY(pointer_check(call.state, scope.handle));
	TRY(pointer_check(n ? (const void *)changes : &scope, "the array of changes"));
	TRY(elements_check_size(size));
	taken = calloc(n ?: 1, sizeof(*taken));
	if (!taken)
		return fail_errno(ENOMEM, "cannot make %zu changes", n);
	TRY(take_changes(scope, n, size, changes, taken));
	return call_result(&call, make_changes(taken, n, made ?: &count));
}

/* ---- A manager's ------------------------------------------------------------- */

static struct scope global(struct netfwv6_mgr *mgr)
{
	return (struct scope){ .setting = { .state = state_of(mgr) }, .handle = "the manager" };
}

/*
 * Most calls on global ports are a few accesses to the mapped table, and are done before anything
 * else is asked. What is left then, also what is wrong with the arguments, has the usual way.
 */
static inline bool close_now(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
			     uint32_t protocol)
{
	struct range range;

	return mgr && NETFWV6_SUCCEEDED(range_take(first, last, protocol, &range)) &&
	       close_at_once(&mgr->state.policy, range);
}

static inline bool open_now(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
			    uint32_t protocol, const char *name)
{
	struct range range;

	return mgr && !(name && *name) &&
	       NETFWV6_SUCCEEDED(range_take(first, last, protocol, &range)) &&
	       open_at_once(&mgr->state.policy, range, false);
}

static inline bool ask_now(struct netfwv6_mgr *mgr, uint32_t port, uint32_t protocol, bool *open)
{
	struct range range;
	uint64_t policy;

	if (!mgr || !open || NETFWV6_FAILED(range_take(port, port, protocol, &range)) ||
	    !read_at_once(&mgr->state.policy, range, &policy))
		return false;
	*open = policy & ENTRY_GLOBAL;
	return true;
}

netfwv6_result netfwv6_mgr_close_global_ports(struct netfwv6_mgr *mgr, uint32_t first,
					      uint32_t last, uint32_t protocol)
{
	return close_now(mgr, first, last, protocol) ?
		       NETFWV6_S_OK :
		       ports_clear(global(mgr), first, last, protocol);
}

netfwv6_result netfwv6_mgr_close_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					     uint32_t protocol)
{
	return close_now(mgr, port, port, protocol) ?
		       NETFWV6_S_OK :
		       ports_clear(global(mgr), port, port, protocol);
}

netfwv6_result netfwv6_mgr_open_global_ports(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					     uint32_t protocol, const char *name)
{
	return open_now(mgr, first, last, protocol, name) ?
		       NETFWV6_S_OK :
		       ports_set(global(mgr), first, last, protocol, name);
}

netfwv6_result netfwv6_mgr_open_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					    uint32_t protocol, const char *name)
{
	return open_now(mgr, port, port, protocol, name) ?
		       NETFWV6_S_OK :
		       ports_set(global(mgr), port, port, protocol, name);
}

netfwv6_result netfwv6_mgr_change_ports(struct netfwv6_mgr *mgr, size_t n, size_t size,
					const struct netfwv6_port_change *changes, size_t *made)
{
	return ports_change(global(mgr), n, size, changes, made);
}

netfwv6_result netfwv6_mgr_is_port_globally_open(struct netfwv6_mgr *mgr, uint32_t port,
						 uint32_t protocol, bool *open)
{
	return ask_now(mgr, port, protocol, open) ? NETFWV6_S_OK :
						    ports_ask(global(mgr), port, protocol, open);
}

netfwv6_result netfwv6_mgr_enumerate_globally_open_ports(struct netfwv6_mgr *mgr,
							 const struct netfwv6_port_range *range,
							 struct netfwv6_port_enum **ports)
{
	return ports_enumerate(global(mgr), range, ports);
}

netfwv6_result netfwv6_mgr_get_policy_version(struct netfwv6_mgr *mgr, uint64_t *version)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	uint64_t changes = 0;

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(version, "the version's out-pointer"));
	TRY(call_open(&call));
	TRY(port_table_read(call.state, CHANGES, &changes));
	*version = call.state->root.state == ROOT_ABSENT ? 0 :
							   call.state->root.record.serial + changes;
	return call_result(&call, NETFWV6_S_OK);
}

/* ---- A connection's ---------------------------------------------------------- */

static struct scope scope_of(struct netfwv6_connection *connection, bool ignored)
{
	return (struct scope){
		.setting = { .state = state_of_connection(connection),
			     .device = connection ? connection->name : NULL,
			     .ignored = ignored },
		.handle = "the connection",
		.loopback = connection && connection->loopback,
	};
}

static struct scope open_here(struct netfwv6_connection *connection)
{
	return scope_of(connection, false);
}

static struct scope ignored_here(struct netfwv6_connection *connection)
{
	return scope_of(connection, true);
}

netfwv6_result netfwv6_connection_open_ports(struct netfwv6_connection *connection, uint32_t first,
					     uint32_t last, uint32_t protocol, const char *name)
{
	return ports_set(open_here(connection), first, last, protocol, name);
}

netfwv6_result netfwv6_connection_open_port(struct netfwv6_connection *connection, uint32_t port,
					    uint32_t protocol, const char *name)
{
	return ports_set(open_here(connection), port, port, protocol, name);
}

netfwv6_result netfwv6_connection_close_ports(struct netfwv6_connection *connection, uint32_t first,
					      uint32_t last, uint32_t protocol)
{
	return ports_clear(open_here(connection), first, last, protocol);
}

netfwv6_result netfwv6_connection_close_port(struct netfwv6_connection *connection, uint32_t port,
					     uint32_t protocol)
{
	return ports_clear(open_here(connection), port, port, protocol);
}

netfwv6_result netfwv6_connection_is_port_open(struct netfwv6_connection *connection, uint32_t port,
					       uint32_t protocol, bool *open)
{
	return ports_ask(open_here(connection), port, protocol, open);
}

netfwv6_result netfwv6_connection_enumerate_open_ports(struct netfwv6_connection *connection,
						       const struct netfwv6_port_range *range,
						       struct netfwv6_port_enum **ports)
{
	return ports_enumerate(open_here(connection), range, ports);
}

netfwv6_result netfwv6_connection_ignore_global_ports(struct netfwv6_connection *connection,
						      uint32_t first, uint32_t last,
						      uint32_t protocol, const char *name)
{
	return ports_set(ignored_here(connection), first, last, protocol, name);
}

netfwv6_result netfwv6_connection_ignore_global_port(struct netfwv6_connection *connection,
						     uint32_t port, uint32_t protocol,
						     const char *name)
{
	return ports_set(ignored_here(connection), port, port, protocol, name);
}

netfwv6_result netfwv6_connection_observe_global_ports(struct netfwv6_connection *connection,
						       uint32_t first, uint32_t last,
						       uint32_t protocol)
{
	return ports_clear(ignored_here(connection), first, last, protocol);
}

netfwv6_result netfwv6_connection_observe_global_port(struct netfwv6_connection *connection,
						      uint32_t port, uint32_t protocol)
{
	return ports_clear(ignored_here(connection), port, port, protocol);
}

netfwv6_result netfwv6_connection_is_global_port_ignored(struct netfwv6_connection *connection,
							 uint32_t port, uint32_t protocol,
							 bool *ignored)
{
	return ports_ask(ignored_here(connection), port, protocol, ignored);
}

netfwv6_result
netfwv6_connection_enumerate_ignored_global_ports(struct netfwv6_connection *connection,
						  const struct netfwv6_port_range *range,
						  struct netfwv6_port_enum **ports)
{
	return ports_enumerate(ignored_here(connection), range, ports);
}

netfwv6_result netfwv6_connection_change_ports(struct netfwv6_connection *connection, size_t n,
					       size_t size,
					       const struct netfwv6_port_change *changes,
					       size_t *made)
{
	return ports_change(open_here(connection), n, size, changes, made);
}
