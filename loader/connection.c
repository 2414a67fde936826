// SPDX-License-Identifier: LGPL-2.1-or-later
/* Connections: looking at a device and at what is attached to it. */
#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configured.h"
#include "egress.h"
#include "error.h"
#include "options.h"

_Static_assert(NETFWV6_DEVICE_SIZE == DEVICE_NAME_SIZE, "a name fits the status");

void netfwv6_connection_free(struct netfwv6_connection *connection)
{
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

netfwv6_result connection_look(const struct netfwv6_connection *connection,
			       struct attached_device *seen)
{
	netfwv6_result result;

	*seen = (struct attached_device){};
	result = device_find(connection->name, &seen->device);
	if (result == NETFWV6_E_NOINTERFACE)
		return NETFWV6_S_OK;
	if (NETFWV6_SUCCEEDED(result))
		result = device_xdp(seen->device.ifindex, &seen->xdp);
	if (NETFWV6_FAILED(result))
		return result;
	if (connection->mgr->root.state != ROOT_ABSENT)
		seen->ours = attachment_find(connection->mgr, &seen->xdp);
	return NETFWV6_S_OK;
}

netfwv6_result connection_lock(struct netfwv6_connection *connection, struct attached_device *seen)
{
	netfwv6_result result;

	if (!connection)
		return fail(NETFWV6_E_POINTER, "the connection is null");
	pthread_mutex_lock(&connection->mgr->root_mutex);
	result = mgr_refresh(connection->mgr, MGR_READ);
	if (NETFWV6_SUCCEEDED(result))
		result = connection_look(connection, seen);
	if (NETFWV6_FAILED(result))
		pthread_mutex_unlock(&connection->mgr->root_mutex);
	return result;
}

netfwv6_result netfwv6_connection_is_firewalled(struct netfwv6_connection *connection,
						bool *firewalled)
{
	struct attached_device seen;
	netfwv6_result result;

	if (!firewalled)
		return fail(NETFWV6_E_POINTER, "the answer's out-pointer is null");
	result = connection_lock(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	pthread_mutex_unlock(&connection->mgr->root_mutex);
	*firewalled = seen.ours.id != 0;
	return NETFWV6_S_OK;
}

/* What only the state knows: the wish, and what became of the device. */
static netfwv6_result describe_wish(const struct netfwv6_connection *connection,
				    const struct attached_device *seen,
				    struct netfwv6_connection_status *now)
{
	const struct netfwv6_mgr *mgr = connection->mgr;
	struct configured_record configured = {};
	netfwv6_result result = configured_get(mgr, connection->name, &configured);

	now->configured = result == NETFWV6_S_OK;
	now->configured_learn_only = configured.flags & CONFIGURED_LEARN_ONLY;
	now->moved = !seen->ours.id && attachment_find_elsewhere(mgr, connection->name).id != 0;
	now->learning = seen->device.ifindex && egress_is_attached(mgr, seen->device.ifindex);
	now->learning_unknown =
		!now->learning && mgr->root.state != ROOT_ABSENT && !egress_is_visible(mgr);
	return NETFWV6_FAILED(result) ? result : NETFWV6_S_OK;
}

static void describe_attachment(const struct attached_device *seen,
				struct netfwv6_connection_status *now)
{
	const struct attachment_record *record = &seen->ours.record;

	now->firewalled = true;
	now->mode = seen->xdp.mode;
	now->program_id = seen->xdp.program_id;
	now->since = (int64_t)(record->since_ns / 1000000000);
	now->stateless = record->flags & ATTACHED_STATELESS;
	if (strncmp(record->device, seen->device.name, sizeof(record->device)) != 0)
		snprintf(now->settings_of, sizeof(now->settings_of), "%.*s",
			 (int)sizeof(record->device) - 1, record->device);
}

netfwv6_result netfwv6_connection_get_status(struct netfwv6_connection *connection,
					     struct netfwv6_connection_status *status)
{
	struct netfwv6_connection_status now = { .sz = sizeof(now) };
	struct attached_device seen;
	netfwv6_result result;

	if (!status)
		return fail(NETFWV6_E_POINTER, "the status' out-pointer is null");
	result = options_check_size(status->sz);
	if (NETFWV6_SUCCEEDED(result))
		result = connection_lock(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	result = describe_wish(connection, &seen, &now);
	pthread_mutex_unlock(&connection->mgr->root_mutex);
	if (NETFWV6_FAILED(result))
		return result;
	now.ifindex = seen.device.ifindex;
	if (seen.ours.id)
		describe_attachment(&seen, &now);
	options_give(status, &now, sizeof(now));
	return NETFWV6_S_OK;
}
