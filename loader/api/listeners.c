// SPDX-License-Identifier: LGPL-2.1-or-later
/* What listens in the network namespace, and by which devices it is reached. */
#include "api/connection.h"
#include "api/mgr.h"
#include "device/device.h"
#include "device/listener_list.h"
#include "device/storeys.h"
#include "util/error.h"
#include "util/snapshot.h"

netfwv6_result netfwv6_mgr_enumerate_listeners(struct netfwv6_mgr *mgr,
					       struct netfwv6_listener_enum **listeners)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct snapshot_builder builder = { .size = sizeof(struct netfwv6_listener) };
	struct snapshot_cursor *cursor;

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(listeners, "the enumerator's out-pointer"));
	TRY(snapshot_finish(&builder, listener_list_read(&builder), &cursor));
	*listeners = (struct netfwv6_listener_enum *)cursor;
	return call_result(&call, NETFWV6_S_OK);
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

netfwv6_result netfwv6_connection_leads_to(struct netfwv6_connection *connection, uint32_t ifindex,
					   bool *leads)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connection(connection));
	struct device device;
	netfwv6_result result;

	TRY(pointer_check(connection, "the connection"));
	TRY(pointer_check(leads, "the answer's out-pointer"));
	result = device_find(connection->name, &device);
	if (NETFWV6_SUCCEEDED(result) && ifindex)
		return call_result(&call, storeys_lead(device.ifindex, ifindex, leads));
	if (NETFWV6_FAILED(result) && result != NETFWV6_E_NOINTERFACE)
		return result;
	*leads = NETFWV6_SUCCEEDED(result);
	return call_result(&call, NETFWV6_S_OK);
}
