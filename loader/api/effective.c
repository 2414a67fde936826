// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which rule decides on a connection. */
#include <errno.h>
#include <stdlib.h>

#include "api/call.h"
#include "api/connection.h"
#include "ports/port_table.h"
#include "ports/slots.h"

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
	int reads = 0;

	do {
		TRY(state_open(connection->state));
		TRY(slot_in_force(connection, slot));
		TRY(port_table_read(connection->state, range, policy));
		TRY(slot_in_force(connection, &after));
	} while (after != *slot && ++reads < READS_IN_A_ROW);
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_connection_get_effective_range(struct netfwv6_connection *connection,
						      uint32_t first, uint32_t last,
						      uint32_t protocol, size_t n, uint32_t *rules)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connection(connection));
	uint64_t *policy CLEANUP(free_pointer) = NULL;
	struct range range;
	uint32_t slot;

	TRY(pointer_check(connection, "the connection"));
	TRY(range_take(first, last, protocol, &range));
	TRY(pointer_check(rules, "the rules' out-pointer"));
	TRY(elements_check_room(n, range.count));
	policy = malloc(range.count * sizeof(*policy));
	if (!policy)
		return fail_errno(ENOMEM, "cannot read %u ports", range.count);
	TRY(call_open(&call));
	TRY(read_in_force(connection, range, policy, &slot));
	for (uint32_t i = 0; i < range.count; i++)
		rules[i] = rule_of(policy[i], slot);
	return call_result(&call, NETFWV6_S_OK);
}

netfwv6_result netfwv6_connection_get_effective(struct netfwv6_connection *connection,
						uint32_t port, uint32_t protocol, uint32_t *rule)
{
	return netfwv6_connection_get_effective_range(connection, port, port, protocol, 1, rule);
}
