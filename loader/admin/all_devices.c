// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/all_devices.h"

#include <stdio.h>
#include <string.h>

#include "admin/disable.h"
#include "admin/shortfall.h"
#include "device/attached_device.h"
#include "device/attachments.h"
#include "device/every_device.h"
#include "state/configured.h"
#include "state/root.h"
#include "util/error.h"

static bool is_by_all(const struct state *state, const char *device)
{
	struct configured_record record;
	bool configured;

	return NETFWV6_SUCCEEDED(configured_get(state, device, &record, &configured)) &&
	       configured && record.flags & CONFIGURED_BY_ALL;
}

/* The names of the devices that are configured by this wish; how many. */
static size_t names_by_all(const struct state *state,
			   char names[CONFIGURED_RECORDS][DEVICE_NAME_SIZE])
{
	char device[DEVICE_NAME_SIZE] = "";
	size_t count = 0;

	while (count < CONFIGURED_RECORDS && configured_next(state, device))
		if (is_by_all(state, device))
			memcpy(names[count++], device, sizeof(device));
	return count;
}

/* ---- Enabling ----------------------------------------------------------------- */

/* What the devices are to be by this wish, and not by one of their own. */
static netfwv6_result wish_of(const struct state *state, const char *device, struct enabling *asked,
			      bool *wanted)
{
	struct configured_record own;
	bool configured;

	TRY(configured_get(state, device, &own, &configured));
	*wanted = false;
	return configured && !(own.flags & CONFIGURED_BY_ALL) ?
		       NETFWV6_S_OK :
		       every_device_wish(state, device, &asked->wanted, wanted);
}

static netfwv6_result enable_unnamed(struct state *state, const struct enabling_all *all,
				     const struct device *device)
{
	struct enabling asked = all->how;
	bool wanted;
	netfwv6_result result;

	asked.device = device->name;
	asked.by_all = true;
	TRY(wish_of(state, device->name, &asked, &wanted));
	result = wanted ? all->enable(state, &asked) : NETFWV6_S_OK;
	/* It went meanwhile. */
	return result == NETFWV6_E_NOINTERFACE ? NETFWV6_S_OK : result;
}

static netfwv6_result enable_each(struct state *state, const struct enabling_all *all,
				  const struct netlink_answer *links)
{
	struct shortfall shortfall = { .go_on = true };
	const struct nlmsghdr *link = NULL;
	struct device device;

	while ((link = netlink_next(links, link)))
		if (device_of_link(link, &device))
			shortfall_note(state, &shortfall, enable_unnamed(state, all, &device));
	return shortfall_result(&shortfall);
}

/* Those that were enabled by this wish and are gone come back as it is now. */
static void forget_absent(const struct state *state)
{
	char names[CONFIGURED_RECORDS][DEVICE_NAME_SIZE];
	size_t count = names_by_all(state, names);
	struct device present;

	for (size_t i = 0; i < count; i++)
		if (NETFWV6_FAILED(device_find(names[i], &present)) &&
		    !attached_by_name(state, names[i]))
			configured_drop(state, names[i]);
}

netfwv6_result enable_all_devices(struct state *state, const struct enabling_all *all)
{
	struct configured_record wish = all->how.wanted, before;
	struct netlink_answer links;
	netfwv6_result result;
	bool wanted;

	TRY(every_get(state, &before, &wanted));
	if (wanted && all->how.as_it_is)
		wish = before;
	TRY(every_put(state, &wish));
	forget_absent(state);
	TRY(device_list(&links));
	result = enable_each(state, all, &links);
	netlink_free(&links);
	return result;
}

static bool is_unguarded(struct state *state, const char *device)
{
	struct enabling asked;
	struct attached_device seen;
	bool wanted;

	return NETFWV6_SUCCEEDED(wish_of(state, device, &asked, &wanted)) && wanted &&
	       NETFWV6_SUCCEEDED(attached_device_look(state, device, &seen)) &&
	       !attachment_is_firewalled(&seen.ours);
}

bool all_devices_are_amiss(struct state *state)
{
	const struct nlmsghdr *link = NULL;
	struct netlink_answer links;
	struct device device;
	bool amiss = false;

	if (NETFWV6_FAILED(device_list(&links)))
		return false;
	while (!amiss && (link = netlink_next(&links, link)))
		amiss = device_of_link(link, &device) && is_unguarded(state, device.name);
	netlink_free(&links);
	return amiss;
}

/* ---- Disabling ---------------------------------------------------------------- */

/* The name that the device has now. */
static netfwv6_result disable_by_record(struct state *state, const char *device)
{
	char name[DEVICE_NAME_SIZE];
	struct attachment at = {};

	snprintf(name, sizeof(name), "%.*s", DEVICE_NAME_SIZE - 1, device);
	while (attachment_next(state, &at))
		if (strncmp(at.record.device, device, sizeof(at.record.device)) == 0)
			attachment_present_name(state, &at, name);
	TRY(disable_present(state, name));
	configured_drop(state, device);
	return NETFWV6_S_OK;
}

netfwv6_result disable_all_devices(struct state *state, void *unused)
{
	char names[CONFIGURED_RECORDS][DEVICE_NAME_SIZE];
	size_t count;

	(void)unused;
	TRY(state_open(state));
	if (state->root.state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	every_drop(state);
	count = names_by_all(state, names);
	for (size_t i = 0; i < count; i++)
		TRY(disable_by_record(state, names[i]));
	return NETFWV6_S_OK;
}
