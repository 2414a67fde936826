// SPDX-License-Identifier: LGPL-2.1-or-later
/* The manager's connections: one by its name, all in a snapshot. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/connection.h"
#include "api/mgr.h"
#include "api/told.h"
#include "ports/slots.h"
#include "state/configured.h"
#include "state/root.h"
#include "util/error.h"
#include "util/snapshot.h"

static netfwv6_result new_connection(struct state *state, const char *name,
				     struct netfwv6_connection **connection)
{
	struct netfwv6_connection *new = calloc(1, sizeof(*new));

	if (!new)
		return fail_errno(ENOMEM, "cannot make a handle for device %s", name);
	new->state = state;
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
	struct configured_record configured;
	netfwv6_result result;
	struct known known;
	bool is_known = false;

	pthread_mutex_lock(&state->mutex);
	result = look_up_names(state, &known);
	if (NETFWV6_SUCCEEDED(result)) {
		is_known = has_settings(&known, name);
		if (!is_known)
			result = configured_get(state, name, &configured, &is_known);
	}
	pthread_mutex_unlock(&state->mutex);
	if (NETFWV6_FAILED(result) || is_known)
		return result;
	return fail(NETFWV6_E_NOINTERFACE,
		    "there is no device %s in this network namespace, nor settings for one of that "
		    "name: 'ip link' lists the devices",
		    name);
}

static netfwv6_result mgr_get_connection(struct netfwv6_mgr *mgr, const char *name,
					 struct netfwv6_connection **connection)
{
	struct device device = {};
	netfwv6_result result;

	if (!mgr || !name || !connection)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    !mgr  ? "the manager" :
			    !name ? "the device's name" :
				    "the connection's out-pointer");
	result = device_resolve(name, &device);
	if (result == NETFWV6_E_NOINTERFACE)
		result = find_absent(state_of(mgr), name);
	if (NETFWV6_SUCCEEDED(result))
		result = new_connection(state_of(mgr), device.ifindex ? device.name : name,
					connection);
	if (NETFWV6_FAILED(result))
		return result;
	(*connection)->loopback = device.framing == FRAMING_LOOPBACK;
	if (strcmp((*connection)->name, name) != 0)
		state_log(state_of(mgr), "%s is another name of device %s", name,
			  (*connection)->name);
	return result;
}

netfwv6_result netfwv6_mgr_get_connection(struct netfwv6_mgr *mgr, const char *name,
					  struct netfwv6_connection **connection)
{
	return told(state_of(mgr), mgr_get_connection(mgr, name, connection));
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

/* With mutex held. */
static netfwv6_result collect_absent(struct state *state, struct snapshot_builder *builder)
{
	char name[DEVICE_NAME_SIZE] = "";
	struct known known;
	netfwv6_result result = look_up_names(state, &known);

	while (NETFWV6_SUCCEEDED(result) && configured_next(state, name))
		result = add_absent(builder, name);
	for (uint32_t slot = 1; slot <= SLOT_MAX && NETFWV6_SUCCEEDED(result); slot++)
		if (known.slots[slot].device[0] && slot_is_used(slot, known.bits))
			result = add_absent(builder, known.slots[slot].device);
	return result;
}

static netfwv6_result collect_devices(struct snapshot_builder *builder)
{
	const struct nlmsghdr *link = NULL;
	struct netlink_answer links;
	netfwv6_result result = device_list(&links);
	struct device device;

	if (NETFWV6_FAILED(result))
		return result;
	while (NETFWV6_SUCCEEDED(result) && (link = netlink_next(&links, link)))
		if (device_of_link(link, &device) && device.framing != FRAMING_LOOPBACK)
			result = snapshot_add(builder, &device);
	netlink_free(&links);
	return result;
}

static netfwv6_result collect_connections(struct state *state, struct snapshot_builder *builder)
{
	netfwv6_result result = collect_devices(builder);

	if (NETFWV6_SUCCEEDED(result)) {
		pthread_mutex_lock(&state->mutex);
		result = collect_absent(state, builder);
		pthread_mutex_unlock(&state->mutex);
	}
	if (builder->count)
		qsort(builder->elements, builder->count, builder->size, by_ifindex);
	return result;
}

static netfwv6_result mgr_enumerate_connections(struct netfwv6_mgr *mgr,
						struct netfwv6_connection_enum **connections)
{
	struct snapshot_builder builder = { .size = sizeof(struct device), .owner = state_of(mgr) };
	struct snapshot_cursor *cursor;

	if (!mgr || !connections)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the enumerator's out-pointer" : "the manager");
	TRY(snapshot_finish(&builder, collect_connections(state_of(mgr), &builder), &cursor));
	*connections = (struct netfwv6_connection_enum *)cursor;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_enumerate_connections(struct netfwv6_mgr *mgr,
						 struct netfwv6_connection_enum **connections)
{
	return told(state_of(mgr), mgr_enumerate_connections(mgr, connections));
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

static netfwv6_result connection_enum_next(struct netfwv6_connection_enum *connections, size_t n,
					   struct netfwv6_connection **elements, size_t *fetched)
{
	struct snapshot_cursor *cursor = connection_cursor(connections);
	struct netfwv6_connection **made;
	netfwv6_result result;
	size_t take;

	if (!cursor)
		return fail(NETFWV6_E_POINTER, "the enumerator is null");
	if ((!elements && n) || (!fetched && n != 1))
		return fail(NETFWV6_E_POINTER, "the out-pointer for %zu elements is null", n);
	take = n < snapshot_left(cursor) ? n : snapshot_left(cursor);
	made = calloc(take ?: 1, sizeof(*made)); /* elements stays as it is if one fails */
	result = made ? fetch_all(cursor, take, made) :
			fail_errno(ENOMEM, "cannot make handles for %zu devices", take);
	if (NETFWV6_SUCCEEDED(result)) {
		memcpy(elements, made, take * sizeof(*made));
		if (fetched)
			*fetched = take;
		result = take == n ? NETFWV6_S_OK : NETFWV6_S_FALSE;
	}
	free(made);
	return result;
}

netfwv6_result netfwv6_connection_enum_next(struct netfwv6_connection_enum *connections, size_t n,
					    struct netfwv6_connection **elements, size_t *fetched)
{
	return told(state_of_connections(connections),
		    connection_enum_next(connections, n, elements, fetched));
}

netfwv6_result netfwv6_connection_enum_skip(struct netfwv6_connection_enum *connections, size_t n)
{
	return told(state_of_connections(connections),
		    snapshot_skip(connection_cursor(connections), n));
}

netfwv6_result netfwv6_connection_enum_reset(struct netfwv6_connection_enum *connections)
{
	return told(state_of_connections(connections),
		    snapshot_reset(connection_cursor(connections)));
}

netfwv6_result netfwv6_connection_enum_clone(const struct netfwv6_connection_enum *connections,
					     struct netfwv6_connection_enum **clone)
{
	struct snapshot_cursor *cursor;
	netfwv6_result result =
		snapshot_clone(connection_cursor(connections), clone ? &cursor : NULL);

	if (NETFWV6_SUCCEEDED(result))
		*clone = (struct netfwv6_connection_enum *)cursor;
	return told(state_of_connections(connections), result);
}

netfwv6_result netfwv6_connection_enum_count(const struct netfwv6_connection_enum *connections,
					     size_t *count)
{
	return told(state_of_connections(connections),
		    snapshot_count(connection_cursor(connections), count));
}

void netfwv6_connection_enum_free(struct netfwv6_connection_enum *connections)
{
	snapshot_free(connection_cursor(connections));
}
