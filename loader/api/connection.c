// SPDX-License-Identifier: LGPL-2.1-or-later
/* Connections: looking at a device and at what is attached to it. */
#include "api/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/counts.h"
#include "device/every_device.h"
#include "state/configured.h"

_Static_assert(NETFWV6_DEVICE_SIZE == DEVICE_NAME_SIZE, "a name fits the status");

void netfwv6_connection_free(struct netfwv6_connection *connection)
{
	state_release(state_of_connection(connection));
	free(connection);
}

const char *netfwv6_connection_id(const struct netfwv6_connection *connection)
{
	return connection ? connection->name : NULL;
}

const char *netfwv6_connection_name(const struct netfwv6_connection *connection)
{
	return netfwv6_connection_id(connection);
}

netfwv6_result connection_look(struct call *call, const struct netfwv6_connection *connection,
			       struct attached_device *seen)
{
	TRY(pointer_check(connection, "the connection"));
	TRY(call_open(call));
	return attached_device_look(call->state, connection->name, seen);
}

netfwv6_result netfwv6_connection_is_firewalled(struct netfwv6_connection *connection,
						bool *firewalled)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connection(connection));
	struct attached_device seen;

	TRY(pointer_check(firewalled, "the answer's out-pointer"));
	TRY(connection_look(&call, connection, &seen));
	*firewalled = attachment_is_firewalled(&seen.ours);
	return call_result(&call, NETFWV6_S_OK);
}

/* What only the state knows: the wish, and what became of the device. */
static netfwv6_result describe_wish(const struct netfwv6_connection *connection,
				    const struct attached_device *seen,
				    struct netfwv6_connection_status *now)
{
	const struct state *state = connection->state;
	struct configured_record configured = {};
	netfwv6_result result =
		configured_get(state, connection->name, &configured, &now->configured);

	if (NETFWV6_SUCCEEDED(result) && !now->configured)
		result = every_device_wish(state, connection->name, &configured, &now->configured);
	if (NETFWV6_SUCCEEDED(result))
		result = every_leaves_out(state, connection->name, &now->left_out);
	now->by_all = configured.flags & CONFIGURED_BY_ALL;
	now->configured_learn_only = configured.flags & CONFIGURED_LEARN_ONLY;
	now->moved = !attachment_is_firewalled(&seen->ours) &&
		     attachment_find_elsewhere(state, connection->name, true).id != 0;
	now->learning = attachment_learns(&seen->ours);
	return result;
}

/* Of an attachment that is meant to filter: what is not as it should be. */
static uint32_t troubles_of(const struct attached_device *seen, const struct unseen *unseen)
{
	const struct attachment *at = &seen->ours;
	uint32_t troubles = 0;

	if (!attachment_filters(at) || !at->seen)
		return 0;
	if (!at->hooks[HOOK_GUARD].here)
		return NETFWV6_TROUBLE_GUARD_GONE;
	if (at->record.mode != NETFWV6_MODE_TC && !at->hooks[HOOK_XDP].here)
		troubles |= NETFWV6_TROUBLE_XDP_GONE;
	else if (unseen->xdp_is_blind)
		troubles |= NETFWV6_TROUBLE_XDP_BLIND;
	if (at->hooks[HOOK_GUARD].in_front || at->hooks[HOOK_LEARN].in_front)
		troubles |= NETFWV6_TROUBLE_IN_FRONT;
	if (!(at->record.flags & ATTACHED_STATELESS) && !at->hooks[HOOK_LEARN].here)
		troubles |= NETFWV6_TROUBLE_NOT_LEARNING;
	return troubles;
}

static void describe_attachment(const struct attached_device *seen,
				struct netfwv6_connection_status *now)
{
	const struct attachment_record *record = &seen->ours.record;
	const uint32_t xdp = attachment_program(&seen->ours, HOOK_XDP);
	const bool by_xdp = xdp && seen->xdp.program_id == xdp; /* which everyone may see */

	now->firewalled = true;
	now->guard_id = attachment_program(&seen->ours, HOOK_GUARD);
	now->mode = by_xdp ? seen->xdp.mode : NETFWV6_MODE_TC;
	now->program_id = by_xdp ? xdp : now->guard_id;
	now->since = (int64_t)(record->since_ns / 1000000000);
	now->stateless = record->flags & ATTACHED_STATELESS;
	now->forward =
		record->flags & ATTACHED_FORWARD ? NETFWV6_FORWARD_PASS : NETFWV6_FORWARD_JUDGE;
	if (strncmp(record->device, seen->device.name, sizeof(record->device)) != 0)
		snprintf(now->settings_of, sizeof(now->settings_of), "%.*s",
			 (int)sizeof(record->device) - 1, record->device);
}

static void describe_unseen(const struct unseen *unseen, struct netfwv6_connection_status *now)
{
	now->unseen = unseen->packets;
	now->unseen_unknown = unseen->unknown;
}

netfwv6_result netfwv6_connection_get_status(struct netfwv6_connection *connection,
					     struct netfwv6_connection_status *status)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connection(connection));
	struct netfwv6_connection_status now = { .sz = sizeof(now) };
	struct unseen unseen = {};
	struct attached_device seen;

	TRY(pointer_check(status, "the status' out-pointer"));
	TRY(options_check_size(status->sz));
	TRY(connection_look(&call, connection, &seen));
	TRY(describe_wish(connection, &seen, &now));
	TRY(counts_unseen(call.state, seen.ours.id, &seen.ours.record, &unseen));
	now.ifindex = seen.device.ifindex;
	now.troubles = troubles_of(&seen, &unseen);
	if (attachment_is_firewalled(&seen.ours)) {
		describe_attachment(&seen, &now);
		describe_unseen(&unseen, &now);
	}
	options_give(status, &now, sizeof(now));
	return call_result(&call, NETFWV6_S_OK);
}
