// SPDX-License-Identifier: LGPL-2.1-or-later
/* What listens in the network namespace, and by which devices it is reached. */
#include "api/connection.h"
#include "api/mgr.h"
#include "api/told.h"
#include "device/device.h"
#include "device/listener_list.h"
#include "device/storeys.h"
#include "util/error.h"
#include "util/snapshot.h"

static netfwv6_result mgr_enumerate_listeners(struct netfwv6_mgr *mgr,
					      struct netfwv6_listener_enum **listeners)
{
	struct snapshot_builder builder = { .size = sizeof(struct netfwv6_listener) };
	struct snapshot_cursor *cursor;

	if (!mgr || !listeners)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the enumerator's out-pointer" : "the manager");
	TRY(snapshot_finish(&builder, listener_list_read(&builder), &cursor));
	*listeners = (struct netfwv6_listener_enum *)cursor;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_enumerate_listeners(struct netfwv6_mgr *mgr,
					       struct netfwv6_listener_enum **listeners)
{
	return told(state_of(mgr), mgr_enumerate_listeners(mgr, listeners));
}

netfwv6_result netfwv6_listener_enum_next(struct netfwv6_listener_enum *listeners, size_t n,
					  size_t size, struct netfwv6_listener *elements,
					  size_t *fetched)
{
	return snapshot_next((struct snapshot_cursor *)listeners, n, size, elements, fetched);
}

void netfwv6_listener_enum_free(struct netfwv6_listener_enum *listeners)
{
	snapshot_free((struct snapshot_cursor *)listeners);
}

static netfwv6_result connection_leads_to(const struct netfwv6_connection *connection,
					  uint32_t ifindex, bool *leads)
{
	struct device device;
	netfwv6_result result;

	if (!connection || !leads)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    connection ? "the answer's out-pointer" : "the connection");
	result = device_find(connection->name, &device);
	if (NETFWV6_SUCCEEDED(result) && ifindex)
		return storeys_lead(device.ifindex, ifindex, leads);
	if (NETFWV6_FAILED(result) && result != NETFWV6_E_NOINTERFACE)
		return result;
	*leads = NETFWV6_SUCCEEDED(result);
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_connection_leads_to(struct netfwv6_connection *connection, uint32_t ifindex,
					   bool *leads)
{
	return told(state_of_connection(connection),
		    connection_leads_to(connection, ifindex, leads));
}
