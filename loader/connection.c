// SPDX-License-Identifier: LGPL-2.1-or-later
/* Connections: looking at a device and at what is attached to it. */
#include "connection.h"

#include <stdlib.h>

#include "egress.h"
#include "error.h"
#include "options.h"

void netfwv6_connection_free(struct netfwv6_connection *connection)
{
	free(connection);
}

const char *netfwv6_connection_id(const struct netfwv6_connection *connection)
{
	return connection ? connection->name : NULL;
}

netfwv6_result connection_look(const struct netfwv6_connection *connection,
			       struct attached_device *seen)
{
	netfwv6_result result = device_find(connection->name, &seen->device);

	if (NETFWV6_SUCCEEDED(result))
		result = device_xdp(seen->device.ifindex, &seen->xdp);
	if (NETFWV6_FAILED(result))
		return result;
	seen->ours = connection->mgr->root.state == ROOT_ABSENT ?
			     (struct attachment){} :
			     attachment_find(connection->mgr, &seen->xdp);
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

netfwv6_result netfwv6_connection_get_status(struct netfwv6_connection *connection,
					     struct netfwv6_connection_status *status)
{
	struct netfwv6_connection_status now = { .sz = sizeof(now) };
	struct attached_device seen;
	netfwv6_result result;
	bool learning;

	if (!status)
		return fail(NETFWV6_E_POINTER, "the status' out-pointer is null");
	result = options_check_size(status->sz);
	if (NETFWV6_SUCCEEDED(result))
		result = connection_lock(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	learning = egress_is_attached(connection->mgr, seen.device.ifindex);
	pthread_mutex_unlock(&connection->mgr->root_mutex);
	now.ifindex = seen.device.ifindex;
	if (seen.ours.id) {
		now.firewalled = true;
		now.mode = seen.xdp.mode;
		now.program_id = seen.xdp.program_id;
		now.since = (int64_t)(seen.ours.record.since_ns / 1000000000);
		now.stateless = seen.ours.record.flags & ATTACHED_STATELESS;
	}
	now.learning = learning;
	options_give(status, &now, sizeof(now));
	return NETFWV6_S_OK;
}
