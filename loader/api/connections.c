// SPDX-License-Identifier: LGPL-2.1-or-later
/* The manager's connections: one by its name, all in a snapshot. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/connection.h"
#include "api/mgr.h"
#include "device/attachment_records.h"
#include "ports/slots.h"
#include "state/configured.h"
#include "util/snapshot.h"
#include "util/utf8.h"

static netfwv6_result new_connection(struct state *state, const char *name,
				     struct netfwv6_connection **connection)
{
	struct netfwv6_connection *new = calloc(1, sizeof(*new));

	if (!new)
		return fail_errno(ENOMEM, "cannot make a handle for device %s", name);
	new->state = state_retain(state);
	snprintf(new->name, sizeof(new->name), "%s", name);
	*connection = new;
	return NETFWV6_S_OK;
}

/* ---- Names without a device ------------------------------------------------ */

/* What is known of names, of which some have a device here. */
struct known {
	struct slot_record slots[SLOT_RECORDS];
	uint64_t bits;
};

/* With mutex held. */
static netfwv6_result look_up_names(struct state *state, struct known *known)
{
	TRY(state_open(state));
	TRY(slots_read(state, known->slots));
	return slots_used(state, &known->bits);
}

static bool has_settings(const struct known *known, const char *name)
{
	return slot_is_used(slot_of(known->slots, name), known->bits);
}

static netfwv6_result find_absent(struct state *state, const char *name)
{
	struct state *held CLEANUP(state_let_go) = state_hold(state);
	struct configured_record configured;
	struct known known;
	bool is_known;

	TRY(look_up_names(state, &known));
	if (has_settings(&known, name))
		return NETFWV6_S_OK;
	TRY(configured_get(state, name, &configured, &is_known));
	if (!is_known)
		TRY(every_leaves_out(state, name, &is_known));
	return is_known ? NETFWV6_S_OK :
			  fail(NETFWV6_E_NOINTERFACE,
			       "there is no device %s in this network namespace, nor settings for "
			       "one of that name: 'ip link' lists the devices",
			       name);
}

/* What no device can be called is not waited for, and what cannot be printed not set. */
static netfwv6_result check_ahead(const char *name)
{
	return device_name_is_sane(name) ?
		       NETFWV6_S_OK :
		       fail(NETFWV6_E_INVALIDARG,
			    "'%s' is no name of a device: one has 1 to %d printable bytes, no "
			    "slash, colon or blank",
			    name, DEVICE_NAME_SIZE - 1);
}

static netfwv6_result get_connection(struct netfwv6_mgr *mgr, const char *name, bool ahead,
				     struct netfwv6_connection **connection)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct device device = {};
	netfwv6_result result;

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(name, "the device's name"));
	TRY(pointer_check(connection, "the connection's out-pointer"));
	result = device_resolve(name, &device);
	if (result == NETFWV6_E_NOINTERFACE)
		result = ahead ? check_ahead(name) : find_absent(call.state, name);
	TRY(result);
	TRY(new_connection(call.state, device.ifindex ? device.name : name, connection));
	(*connection)->ahead = ahead;
	(*connection)->loopback = device.framing == FRAMING_LOOPBACK;
	if (strcmp((*connection)->name, name) != 0)
		state_log(call.state, "%s is another name of device %s", name, (*connection)->name);
	return call_result(&call, NETFWV6_S_OK);
}

netfwv6_result netfwv6_mgr_get_connection(struct netfwv6_mgr *mgr, const char *name,
					  struct netfwv6_connection **connection)
{
	return get_connection(mgr, name, false, connection);
}

netfwv6_result netfwv6_mgr_get_connection_ahead(struct netfwv6_mgr *mgr, const char *name,
						struct netfwv6_connection **connection)
{
	return get_connection(mgr, name, true, connection);
}

/* ---- The enumerator: a snapshot's cursor over devices, typed -------------- */

/* Names without a device, whose ifindex is 0, come behind the devices. */
static int by_ifindex(const void *a, const void *b)
{
	const struct device *left = a, *right = b;

	if (left->ifindex == right->ifindex)
		return strcmp(left->name, right->name);
	return left->ifindex - 1 < right->ifindex - 1 ? -1 : 1;
}

static bool is_listed(const char *name)
{
	struct device device;

	return NETFWV6_SUCCEEDED(device_find(name, &device));
}

/* The group that may change ports writes names, too: not everything is one. */
static netfwv6_result add_absent(struct snapshot_builder *builder, const char *name)
{
	struct device absent = {};

	if (!device_name_is_sane(name))
		return NETFWV6_S_OK;
	for (size_t i = 0; i < builder->count; i++)
		if (strcmp(((struct device *)builder->elements)[i].name, name) == 0)
			return NETFWV6_S_OK;
	if (is_listed(name))
		return NETFWV6_S_OK;
	snprintf(absent.name, sizeof(absent.name), "%s", name);
	return snapshot_add(builder, &absent);
}

/* Devices that were wanted as all are, and are gone, have no wish of their own. */
static netfwv6_result add_configured(const struct state *state, struct snapshot_builder *builder,
				     const char *name)
{
	struct configured_record record;
	bool configured;

	TRY(configured_get(state, name, &record, &configured));
	return record.flags & CONFIGURED_BY_ALL && !attached_by_name(state, name) ?
		       NETFWV6_S_OK :
		       add_absent(builder, name);
}

/* With mutex held. */
static netfwv6_result collect_absent(struct state *state, struct snapshot_builder *builder)
{
	char name[DEVICE_NAME_SIZE] = "";
	struct known known;

	TRY(look_up_names(state, &known));
	while (configured_next(state, name))
		TRY(add_configured(state, builder, name));
	*name = '\0';
	while (every_next_left_out(state, name))
		TRY(add_absent(builder, name));
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++)
		if (known.slots[slot].device[0] && slot_is_used(slot, known.bits))
			TRY(add_absent(builder, known.slots[slot].device));
	return NETFWV6_S_OK;
}

static netfwv6_result collect_devices(struct snapshot_builder *builder)
{
	struct netlink_answer links CLEANUP(netlink_free) = {};
	const struct nlmsghdr *link = NULL;
	struct device device;

	TRY(device_list(&links));
	while ((link = netlink_next(&links, link)))
		if (device_of_link(link, &device) && device.framing != FRAMING_LOOPBACK)
			TRY(snapshot_add(builder, &device));
	return NETFWV6_S_OK;
}

static netfwv6_result collect_connections(struct call *call, struct snapshot_builder *builder)
{
	TRY(collect_devices(builder));
	call_lock(call);
	TRY(collect_absent(call->state, builder));
	if (builder->count)
		qsort(builder->elements, builder->count, builder->size, by_ifindex);
	return NETFWV6_S_OK;
}

static struct netfwv6_connection_enum *typed(struct snapshot_cursor *cursor)
{
	state_retain(cursor->owner);
	return (struct netfwv6_connection_enum *)cursor;
}

netfwv6_result netfwv6_mgr_enumerate_connections(struct netfwv6_mgr *mgr,
						 struct netfwv6_connection_enum **connections)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct snapshot_builder builder = { .size = sizeof(struct device), .owner = call.state };
	struct snapshot_cursor *cursor;

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(connections, "the enumerator's out-pointer"));
	TRY(snapshot_finish(&builder, collect_connections(&call, &builder), &cursor));
	*connections = typed(cursor);
	return call_result(&call, NETFWV6_S_OK);
}

static struct snapshot_cursor *connection_cursor(const struct netfwv6_connection_enum *connections)
{
	return (struct snapshot_cursor *)connections;
}

/* NULL of NULL. */
static struct state *state_of_connections(const struct netfwv6_connection_enum *connections)
{
	return connections ? connection_cursor(connections)->owner : NULL;
}

/* Fetches one: S_OK, S_FALSE at the end, or a failure without a step. */
static netfwv6_result fetch(struct snapshot_cursor *cursor, struct netfwv6_connection **connection)
{
	struct device device;
	netfwv6_result result = snapshot_next(cursor, 1, sizeof(device), &device, NULL);

	if (result != NETFWV6_S_OK)
		return result;
	result = new_connection(cursor->owner, device.name, connection);
	if (NETFWV6_FAILED(result))
		cursor->position--;
	return result;
}

/* Fetches so many, or frees those that it has fetched and takes the steps back. */
static netfwv6_result fetch_all(struct snapshot_cursor *cursor, size_t n,
				struct netfwv6_connection **made)
{
	netfwv6_result result = NETFWV6_S_OK;
	size_t got = 0;

	while (got < n && (result = fetch(cursor, &made[got])) == NETFWV6_S_OK)
		got++;
	if (NETFWV6_SUCCEEDED(result))
		return NETFWV6_S_OK;
	cursor->position -= got;
	while (got)
		netfwv6_connection_free(made[--got]);
	return result;
}

netfwv6_result netfwv6_connection_enum_next(struct netfwv6_connection_enum *connections, size_t n,
					    struct netfwv6_connection **elements, size_t *fetched)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connections(connections));
	struct snapshot_cursor *cursor = connection_cursor(connections);
	struct netfwv6_connection **made CLEANUP(free_pointer) = NULL;
	size_t take;

	TRY(pointer_check(cursor, "the enumerator"));
	if ((!elements && n) || (!fetched && n != 1))
		return fail(NETFWV6_E_POINTER, "the out-pointer for %zu elements is null", n);
	take = n < snapshot_left(cursor) ? n : snapshot_left(cursor);
	made = calloc(take ?: 1, sizeof(*made)); /* elements stays as it is if one fails */
	if (!made)
		return fail_errno(ENOMEM, "cannot make handles for %zu devices", take);
	TRY(fetch_all(cursor, take, made));
	memcpy(elements, made, take * sizeof(*made));
	if (fetched)
		*fetched = take;
	return call_result(&call, take == n ? NETFWV6_S_OK : NETFWV6_S_FALSE);
}

netfwv6_result netfwv6_connection_enum_skip(struct netfwv6_connection_enum *connections, size_t n)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connections(connections));

	return call_result(&call, snapshot_skip(connection_cursor(connections), n));
}

netfwv6_result netfwv6_connection_enum_reset(struct netfwv6_connection_enum *connections)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connections(connections));

	return call_result(&call, snapshot_reset(connection_cursor(connections)));
}

netfwv6_result netfwv6_connection_enum_clone(const struct netfwv6_connection_enum *connections,
					     struct netfwv6_connection_enum **clone)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connections(connections));
	struct snapshot_cursor *cursor;

	TRY(snapshot_clone(connection_cursor(connections), clone ? &cursor : NULL));
	*clone = typed(cursor);
	return call_result(&call, NETFWV6_S_OK);
}

netfwv6_result netfwv6_connection_enum_count(const struct netfwv6_connection_enum *connections,
					     size_t *count)
{
	struct call call CLEANUP(call_end) = call_on(state_of_connections(connections));

	return call_result(&call, snapshot_count(connection_cursor(connections), count));
}

void netfwv6_connection_enum_free(struct netfwv6_connection_enum *connections)
{
	struct state *state = state_of_connections(connections);

	snapshot_free(connection_cursor(connections));
	state_release(state);
}
