// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/policy_devices.h"

#include <string.h>

#include "admin/all_devices.h"
#include "admin/disable.h"
#include "device/attached_device.h"
#include "device/every_device.h"
#include "state/configured.h"
#include "util/error.h"

static bool is_wanted_so(const struct wish *wish, const struct wish *other)
{
	return other && other->wanted && other->mode == wish->mode && other->flags == wish->flags;
}

/* The wish is for every device. */
static bool is_every(const struct wish *wish)
{
	return !*wish->device;
}

/* It is here, and not what was wished already: somebody took the programs off, say. */
static bool is_unfulfilled(struct state *state, const struct wish *wish)
{
	struct attached_device seen;

	if (is_every(wish))
		return all_devices_are_amiss(state);
	if (NETFWV6_FAILED(attached_device_look(state, wish->device, &seen)) ||
	    !seen.device.ifindex)
		return false;
	if (wish->flags & CONFIGURED_LEARN_ONLY)
		return !attachment_learns(&seen.ours);
	/* A device that was renamed goes by the settings of its former name. */
	return !attachment_is_firewalled(&seen.ours) ||
	       strncmp(seen.ours.record.device, wish->device, DEVICE_NAME_SIZE) != 0;
}

bool policy_wish_is_amiss(struct state *state, const struct netfwv6_policy *before,
			  const struct wish *wish)
{
	return wish->wanted && is_wanted_so(wish, policy_wish_find(before, wish->device)) &&
	       is_unfulfilled(state, wish);
}

/* ---- Wishes ------------------------------------------------------------------- */

static netfwv6_result write_one(const struct state *state, const struct wish *wish)
{
	struct configured_record record = { .mode = wish->mode, .flags = wish->flags }, before;
	bool configured;

	if (is_every(wish))
		return every_put(state, &record);
	TRY(configured_get(state, wish->device, &before, &configured));
	/* The mode that it has, if that will do. */
	if (configured && before.mode == record.mode)
		record.got = before.got;
	TRY(configured_put(state, wish->device, &record));
	every_take_in(state, wish->device);
	return NETFWV6_S_OK;
}

static netfwv6_result write_wishes(const struct state *state, const struct netfwv6_policy *before,
				   const struct netfwv6_policy *policy)
{
	bool every = policy_wants_every(policy);

	for (size_t i = 0; i < policy->n_wishes; i++) {
		const struct wish *wish = &policy->wishes[i];
		const struct wish *was = policy_wish_find(before, wish->device);

		if (wish->wanted && !is_wanted_so(wish, was))
			TRY(write_one(state, wish));
		else if (!wish->wanted && every && !is_every(wish))
			TRY(every_leave_out(state, wish->device));
	}
	for (size_t i = 0; i < before->n_wishes; i++)
		if (!before->wishes[i].wanted &&
		    !policy_wish_find(policy, before->wishes[i].device))
			every_take_in(state, before->wishes[i].device);
	return NETFWV6_S_OK;
}

/* ---- Disabling ---------------------------------------------------------------- */

/* Nobody names it any longer: it is as every device is, or is not firewalled. */
static netfwv6_result unname(struct state *state, const char *device)
{
	struct configured_record record;
	bool wanted;

	TRY(every_device_wish(state, device, &record, &wanted));
	return wanted ? configured_put(state, device, &record) : disable_present(state, device);
}

static netfwv6_result disable_one(struct state *state, const struct wish *was,
				  const struct netfwv6_policy *policy)
{
	const struct wish *wish = policy_wish_find(policy, was->device);

	if (!was->wanted)
		return NETFWV6_S_OK;
	if (is_every(was))
		return wish && wish->wanted ? NETFWV6_S_OK : disable_all_devices(state, NULL);
	if (!wish)
		return unname(state, was->device);
	/* Who only learns is no longer firewalled, which has to be ended first. */
	return !wish->wanted || (wish->flags & ~was->flags & CONFIGURED_LEARN_ONLY) ?
		       disable_present(state, was->device) :
		       NETFWV6_S_OK;
}

static netfwv6_result disable_unwanted(struct state *state, const struct netfwv6_policy *before,
				       const struct netfwv6_policy *policy,
				       struct shortfall *shortfall)
{
	for (size_t i = 0; i < before->n_wishes; i++)
		TRY(shortfall_note(state, shortfall,
				   disable_one(state, &before->wishes[i], policy)));
	/* Those that were firewalled as every device is. */
	for (size_t i = 0; i < policy->n_wishes; i++)
		if (!policy->wishes[i].wanted && !is_every(&policy->wishes[i]))
			TRY(shortfall_note(state, shortfall,
					   disable_present(state, policy->wishes[i].device)));
	return NETFWV6_S_OK;
}

/* ---- Enabling ----------------------------------------------------------------- */

/* A device that cannot have the mode is firewalled all the same, where that goes on. */
static netfwv6_result enable_otherwise(struct state *state, enable_fn enable,
				       struct enabling *asked)
{
	const struct configured_record wanted = asked->wanted;
	struct configured_record record = wanted;

	asked->wanted.mode = NETFWV6_MODE_TC;
	TRY(enable(state, asked));
	record.got = NETFWV6_MODE_TC;
	return configured_put(state, asked->device, &record);
}

static netfwv6_result fulfil(struct state *state, const struct wish *wish, enable_fn enable,
			     struct shortfall *shortfall)
{
	const struct configured_record wanted = { .mode = wish->mode, .flags = wish->flags };
	struct enabling asked = { .device = wish->device, .ahead = true, .wanted = wanted };
	struct enabling_all all = { .enable = enable, .how = { .wanted = wanted } };
	netfwv6_result result;

	if (is_every(wish))
		return shortfall_note(state, shortfall, enable_all_devices(state, &all));
	result = enable(state, &asked);
	if (NETFWV6_SUCCEEDED(result) || !shortfall->go_on)
		return result;
	shortfall_note(state, shortfall, result);
	return wanted.mode == NETFWV6_MODE_NATIVE || wanted.mode == NETFWV6_MODE_GENERIC ?
		       shortfall_note(state, shortfall, enable_otherwise(state, enable, &asked)) :
		       NETFWV6_S_OK;
}

static netfwv6_result enable_wanted(struct state *state, const struct netfwv6_policy *before,
				    const struct netfwv6_policy *policy, enable_fn enable,
				    struct shortfall *shortfall)
{
	bool reduced = false;

	for (size_t i = 0; i < before->n_wishes; i++)
		reduced |= !policy_wish_find(policy, before->wishes[i].device);
	/* That of every device is the first in order, and comes last. */
	for (size_t i = policy->n_wishes; i > 0; i--) {
		const struct wish *wish = &policy->wishes[i - 1];
		const struct wish *was = policy_wish_find(before, wish->device);

		if (wish->wanted && (!is_wanted_so(wish, was) || is_unfulfilled(state, wish) ||
				     (is_every(wish) && reduced)))
			TRY(fulfil(state, wish, enable, shortfall));
	}
	return NETFWV6_S_OK;
}

netfwv6_result policy_devices_put(struct state *state, const struct netfwv6_policy *before,
				  const struct netfwv6_policy *policy, enable_fn enable,
				  struct shortfall *shortfall)
{
	TRY(shortfall_note(state, shortfall, write_wishes(state, before, policy)));
	TRY(disable_unwanted(state, before, policy, shortfall));
	return enable_wanted(state, before, policy, enable, shortfall);
}
