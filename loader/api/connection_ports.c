// SPDX-License-Identifier: LGPL-2.1-or-later
/* A connection's ports: INetFwV6Connection's OpenPort, IgnoreGlobalPort and their families. */
#include <stdlib.h>

#include "admin/change.h"
#include "api/connection.h"
#include "api/told.h"
#include "ports/names.h"
#include "ports/slots.h"
#include "state/root.h"
#include "util/error.h"
#include "util/options.h"

static struct setting open_here(const struct netfwv6_connection *connection)
{
	return (struct setting){ .state = connection->state, .device = connection->name };
}

static struct setting ignored_here(const struct netfwv6_connection *connection)
{
	return (struct setting){ .state = connection->state,
				 .device = connection->name,
				 .ignored = true };
}

/* Checks the arguments that all calls share. */
static netfwv6_result take_arguments(const struct netfwv6_connection *connection, uint32_t first,
				     uint32_t last, uint32_t protocol, struct range *range)
{
	return connection ? range_take(first, last, protocol, range) :
			    fail(NETFWV6_E_POINTER, "the connection is null");
}

static netfwv6_result set_ports(const struct netfwv6_connection *connection, struct setting setting,
				struct range range, const char *name)
{
	if (connection->loopback)
		return fail(NETFWV6_E_NOINTERFACE,
			    "device %s is the loopback: the host's talk with itself is not "
			    "filtered, so nothing can be set for it",
			    connection->name);
	return setting_set(&setting, range, name);
}

static netfwv6_result clear_ports(struct setting setting, struct range range)
{
	return setting_clear(&setting, range);
}

static netfwv6_result ask_port(struct setting setting, struct range range, bool *is_set)
{
	return is_set ? setting_ask(&setting, range.first, is_set) :
			fail(NETFWV6_E_POINTER, "the answer's out-pointer is null");
}

static netfwv6_result enumerate(const struct netfwv6_connection *connection,
				struct setting (*setting_of)(const struct netfwv6_connection *),
				struct netfwv6_port_enum **ports)
{
	struct setting setting;

	if (!connection || !ports)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    connection ? "the enumerator's out-pointer" : "the connection");
	setting = setting_of(connection);
	return setting_enumerate(&setting, NULL, ports);
}

/* ---- Open here ------------------------------------------------------------- */

netfwv6_result netfwv6_connection_open_ports(struct netfwv6_connection *connection, uint32_t first,
					     uint32_t last, uint32_t protocol, const char *name)
{
	char room[NAME_SIZE];
	struct range range = {};
	netfwv6_result result = take_arguments(connection, first, last, protocol, &range);

	if (NETFWV6_SUCCEEDED(result))
		result = name_take(connection->state, &name, room);
	return told(state_of_connection(connection),
		    NETFWV6_FAILED(result) ?
			    result :
			    set_ports(connection, open_here(connection), range, name));
}

netfwv6_result netfwv6_connection_open_port(struct netfwv6_connection *connection, uint32_t port,
					    uint32_t protocol, const char *name)
{
	return told(state_of_connection(connection),
		    netfwv6_connection_open_ports(connection, port, port, protocol, name));
}

netfwv6_result netfwv6_connection_close_ports(struct netfwv6_connection *connection, uint32_t first,
					      uint32_t last, uint32_t protocol)
{
	struct range range = {};
	netfwv6_result result = take_arguments(connection, first, last, protocol, &range);

	return told(state_of_connection(connection),
		    NETFWV6_FAILED(result) ? result : clear_ports(open_here(connection), range));
}

netfwv6_result netfwv6_connection_close_port(struct netfwv6_connection *connection, uint32_t port,
					     uint32_t protocol)
{
	return told(state_of_connection(connection),
		    netfwv6_connection_close_ports(connection, port, port, protocol));
}

netfwv6_result netfwv6_connection_is_port_open(struct netfwv6_connection *connection, uint32_t port,
					       uint32_t protocol, bool *open)
{
	struct range range = {};
	netfwv6_result result = take_arguments(connection, port, port, protocol, &range);

	return told(state_of_connection(connection),
		    NETFWV6_FAILED(result) ? result : ask_port(open_here(connection), range, open));
}

netfwv6_result netfwv6_connection_enumerate_open_ports(struct netfwv6_connection *connection,
						       struct netfwv6_port_enum **ports)
{
	return told(state_of_connection(connection), enumerate(connection, open_here, ports));
}

/* ---- Ignored here ---------------------------------------------------------- */

netfwv6_result netfwv6_connection_ignore_global_ports(struct netfwv6_connection *connection,
						      uint32_t first, uint32_t last,
						      uint32_t protocol)
{
	struct range range = {};
	netfwv6_result result = take_arguments(connection, first, last, protocol, &range);

	return told(state_of_connection(connection),
		    NETFWV6_FAILED(result) ?
			    result :
			    set_ports(connection, ignored_here(connection), range, NULL));
}

netfwv6_result netfwv6_connection_ignore_global_port(struct netfwv6_connection *connection,
						     uint32_t port, uint32_t protocol)
{
	return told(state_of_connection(connection),
		    netfwv6_connection_ignore_global_ports(connection, port, port, protocol));
}

netfwv6_result netfwv6_connection_observe_global_ports(struct netfwv6_connection *connection,
						       uint32_t first, uint32_t last,
						       uint32_t protocol)
{
	struct range range = {};
	netfwv6_result result = take_arguments(connection, first, last, protocol, &range);

	return told(state_of_connection(connection),
		    NETFWV6_FAILED(result) ? result : clear_ports(ignored_here(connection), range));
}

netfwv6_result netfwv6_connection_observe_global_port(struct netfwv6_connection *connection,
						      uint32_t port, uint32_t protocol)
{
	return told(state_of_connection(connection),
		    netfwv6_connection_observe_global_ports(connection, port, port, protocol));
}

netfwv6_result netfwv6_connection_is_global_port_ignored(struct netfwv6_connection *connection,
							 uint32_t port, uint32_t protocol,
							 bool *ignored)
{
	struct range range = {};
	netfwv6_result result = take_arguments(connection, port, port, protocol, &range);

	return told(state_of_connection(connection),
		    NETFWV6_FAILED(result) ? result :
					     ask_port(ignored_here(connection), range, ignored));
}

netfwv6_result
netfwv6_connection_enumerate_ignored_global_ports(struct netfwv6_connection *connection,
						  struct netfwv6_port_enum **ports)
{
	return told(state_of_connection(connection), enumerate(connection, ignored_here, ports));
}

/* ---- What holds ------------------------------------------------------------ */

static uint32_t rule_of(uint64_t policy, uint32_t slot)
{
	if (slot && policy & ENTRY_OPEN(slot))
		return NETFWV6_RULE_OPEN_HERE;
	if (policy & ENTRY_GLOBAL && !(slot && policy & ENTRY_IGNORED(slot)))
		return NETFWV6_RULE_OPEN_GLOBAL;
	return NETFWV6_RULE_CLOSED;
}

/* The slot whose settings hold: of the program that runs, else of the name. */
static netfwv6_result slot_in_force(const struct netfwv6_connection *connection, uint32_t *slot)
{
	struct attached_device seen;

	TRY(attached_device_look(connection->state, connection->name, &seen));
	if (!attachment_is_firewalled(&seen.ours))
		return slot_find(connection->state, connection->name, slot);
	*slot = seen.ours.record.slot;
	return NETFWV6_S_OK;
}

#define READS_IN_A_ROW 16

/* The entries, and the slot that held before they were read and after. With mutex held. */
static netfwv6_result read_in_force(const struct netfwv6_connection *connection, struct range range,
				    uint64_t *policy, uint32_t *slot)
{
	uint32_t after = 0;
	netfwv6_result result;
	int reads = 0;

	do {
		result = state_open(connection->state);
		if (NETFWV6_SUCCEEDED(result))
			result = slot_in_force(connection, slot);
		if (NETFWV6_SUCCEEDED(result))
			result = port_table_read(connection->state, range, policy);
		if (NETFWV6_SUCCEEDED(result))
			result = slot_in_force(connection, &after);
	} while (NETFWV6_SUCCEEDED(result) && after != *slot && ++reads < READS_IN_A_ROW);
	return result;
}

static netfwv6_result connection_get_effective_range(struct netfwv6_connection *connection,
						     uint32_t first, uint32_t last,
						     uint32_t protocol, size_t n, uint32_t *rules)
{
	struct range range = {};
	netfwv6_result result = take_arguments(connection, first, last, protocol, &range);
	uint64_t *policy;
	uint32_t slot = 0;

	if (NETFWV6_FAILED(result))
		return result;
	if (!rules)
		return fail(NETFWV6_E_POINTER, "the rules' out-pointer is null");
	result = elements_check_room(n, range.count);
	if (NETFWV6_FAILED(result))
		return result;
	policy = malloc(range.count * sizeof(*policy));
	if (!policy)
		return fail(NETFWV6_E_OUTOFMEMORY, "cannot read %u ports", range.count);
	pthread_mutex_lock(&connection->state->mutex);
	result = read_in_force(connection, range, policy, &slot);
	pthread_mutex_unlock(&connection->state->mutex);
	for (uint32_t i = 0; i < range.count && NETFWV6_SUCCEEDED(result); i++)
		rules[i] = rule_of(policy[i], slot);
	free(policy);
	return result;
}

netfwv6_result netfwv6_connection_get_effective_range(struct netfwv6_connection *connection,
						      uint32_t first, uint32_t last,
						      uint32_t protocol, size_t n, uint32_t *rules)
{
	return told(state_of_connection(connection),
		    connection_get_effective_range(connection, first, last, protocol, n, rules));
}

netfwv6_result netfwv6_connection_get_effective(struct netfwv6_connection *connection,
						uint32_t port, uint32_t protocol, uint32_t *rule)
{
	return told(
		state_of_connection(connection),
		netfwv6_connection_get_effective_range(connection, port, port, protocol, 1, rule));
}
