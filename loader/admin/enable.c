// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/enable.h"

#include <string.h>

#include "admin/make.h"
#include "admin/rebuild.h"
#include "admin/slot_give.h"
#include "device/attach.h"
#include "device/attached_device.h"
#include "device/counts.h"
#include "device/every_device.h"
#include "device/last_line.h"
#include "device/mode.h"
#include "device/passers.h"
#include "event/log_tap.h"
#include "state/configured.h"
#include "state/root.h"
#include "util/error.h"

/* What it had before, if it still can have that. */
static void keep_mode(const struct state *state, const struct device *device,
		      const struct device_traits *traits, uint32_t *mode)
{
	if (NETFWV6_SUCCEEDED(mode_check(device, traits, *mode)))
		return;
	state_log(state, "%s: the device gets tc mode", failure_sentence());
	*mode = NETFWV6_MODE_TC;
}

/* The mode that a device has, or had when it was here, or the one that suits it. */
static netfwv6_result decide_mode(const struct state *state, const struct attached_device *seen,
				  struct configured_record *wanted)
{
	const uint32_t own_xdp = seen->ours.hooks[HOOK_XDP].program_id;
	const struct device *device = &seen->device;
	struct configured_record before = {};
	char note[MODE_NOTE_SIZE] = "";
	struct device_traits traits;
	bool configured;

	TRY(device_traits_read(device, own_xdp, &traits));
	if (wanted->mode != NETFWV6_MODE_AUTO) {
		wanted->got = wanted->mode;
		TRY(mode_check(device, &traits, wanted->mode));
		mode_leaks(device, &traits, last_line_is_possible(), wanted->mode, note);
	} else if (attachment_is_firewalled(&seen->ours)) {
		wanted->got = seen->ours.record.mode;
	} else if (wanted->got ||
		   (NETFWV6_SUCCEEDED(configured_get(state, device->name, &before, &configured)) &&
		    (wanted->got = before.got))) {
		keep_mode(state, device, &traits, &wanted->got);
	} else {
		mode_choose(device, &traits, last_line_is_possible(), &wanted->got, note);
	}
	if (*note)
		state_log(state, "%s", note);
	return NETFWV6_S_OK;
}

/* Does the driver, which forgot the program, take it again? */
static bool is_xdp_blind(const struct state *state, const struct attachment *at)
{
	struct unseen unseen;

	return NETFWV6_SUCCEEDED(counts_unseen(state, at->id, &at->record, &unseen)) &&
	       unseen.xdp_is_blind;
}

/*
 * Who can put packets into the device besides its driver. Before it is firewalled; where a last
 * line is not possible, decide_mode() has said so.
 */
static netfwv6_result mind_other_end(const struct state *state, const struct device *device,
				     struct form *form)
{
	struct device_traits traits;

	TRY(device_traits_read(device, 0, &traits));
	form->sealed = traits.hardware;
	form->alone = last_line_concerns(&traits) && !last_line_is_possible();
	return last_line_concerns(&traits) && !form->alone ? last_line_attach(state, &state->root) :
							     NETFWV6_S_OK;
}

/* A driver that should take XDP, and does not: auto does without. */
static netfwv6_result attach_as_possible(struct state *state, const struct attached_device *seen,
					 struct configured_record *wanted, struct form *form)
{
	netfwv6_result result = attach_programs(state, &seen->device, &seen->ours, form);

	if (result != NETFWV6_E_NOINTERFACE || wanted->mode != NETFWV6_MODE_AUTO ||
	    form->mode != NETFWV6_MODE_NATIVE)
		return result;
	state_log(state, "%s: the device gets tc mode", failure_sentence());
	wanted->got = form->mode = NETFWV6_MODE_TC;
	TRY(configured_put(state, seen->device.name, wanted));
	return attach_programs(state, &seen->device, &seen->ours, form);
}

static netfwv6_result enable_filtering(struct state *state, struct attached_device *seen,
				       const struct configured_record *asked)
{
	struct configured_record wanted = *asked;
	struct form form = { .stateless = wanted.flags & CONFIGURED_STATELESS,
			     .forward = wanted.flags & CONFIGURED_FORWARD };
	netfwv6_result result;

	if (form.forward)
		TRY(passers_can_pass(&seen->device));
	TRY(decide_mode(state, seen, &wanted));
	TRY(slot_reserve(state, seen->device.name, &wanted, &form.slot));
	form.mode = wanted.got;
	form.renew_xdp = is_xdp_blind(state, &seen->ours);
	result = mind_other_end(state, &seen->device, &form);
	if (NETFWV6_SUCCEEDED(result))
		result = attach_as_possible(state, seen, &wanted, &form);
	if (NETFWV6_SUCCEEDED(result) || !attached_by_name(state, seen->device.name))
		slot_settle(state, seen->device.name);
	if (NETFWV6_SUCCEEDED(result))
		passers_note(state, &seen->device, form.forward);
	return result;
}

static netfwv6_result enable_learning(struct state *state, const struct attached_device *seen,
				      const struct configured_record *wanted)
{
	const struct form form = { .learn_only = true };

	if (attachment_is_firewalled(&seen->ours))
		return fail(
			NETFWV6_E_ABORT,
			"device %s is firewalled, which includes learning: disable it first if it "
			"should only learn",
			seen->device.name);
	TRY(configured_put(state, seen->device.name, wanted));
	return attach_programs(state, &seen->device, &seen->ours, &form);
}

/*
 * On new maps: handles of the namespace that had the state find that their table is retired,
 * look anew, and see that it serves another one.
 */
static netfwv6_result adopt(struct state *state)
{
	gid_t group;

	TRY(root_adopt(&state->root));
	TRY(pins_get_group(state->root.dir, &group));
	return rebuild(state, group);
}

netfwv6_result create_or_adopt(struct state *state)
{
	netfwv6_result result = state_make(state);

	if (result != NETFWV6_E_ABORT)
		return result;
	TRY(root_open_any(&state->root, &state->policy));
	if (state->root.state == ROOT_WRITABLE && !attachments_alive(state)) {
		TRY(adopt(state));
		log_adopt(state);
		return NETFWV6_S_OK;
	}
	root_close(&state->root, &state->policy);
	return result;
}

/* Enables a device that can be; what it was configured to before holds again if that fails. */
static netfwv6_result enable_as(struct state *state, struct attached_device *seen,
				const struct configured_record *wanted)
{
	const char *device = seen->device.name;
	struct configured_record before;
	netfwv6_result result;
	bool configured;

	TRY(configured_get(state, device, &before, &configured));
	result = wanted->flags & CONFIGURED_LEARN_ONLY ? enable_learning(state, seen, wanted) :
							 enable_filtering(state, seen, wanted);
	if (NETFWV6_SUCCEEDED(result))
		return result;
	if (configured)
		configured_put(state, device, &before);
	else
		configured_drop(state, device);
	return result;
}

/*
 * Without options nothing is changed on a device that is firewalled, neither its mode nor how
 * it treats conversations, also where it was renamed, or somebody took the guard off.
 */
static void keep_settings(const struct state *state, const struct attachment *at,
			  struct configured_record *wanted)
{
	char name[DEVICE_NAME_SIZE + 1] = "";
	struct configured_record present;
	bool configured = false;

	memcpy(name, at->record.device, DEVICE_NAME_SIZE);
	configured_get(state, name, &present, &configured);
	if (configured)
		*wanted = present;
	else
		*wanted = (struct configured_record){ .mode = at->record.mode };
	/* Another device may have that name now, and a mode of its own. */
	if (wanted->mode != NETFWV6_MODE_AUTO)
		wanted->mode = at->record.mode;
	wanted->flags = at->record.flags & ATTACHED_STATELESS ? CONFIGURED_STATELESS : 0;
}

/* What is attached counts, and else what was configured. */
static void keep_forward(const struct state *state, const struct attached_device *seen,
			 struct configured_record *wanted)
{
	struct configured_record before = {};
	bool configured, forward;

	configured_get(state, seen->device.name, &before, &configured);
	forward = attachment_is_firewalled(&seen->ours) ?
			  seen->ours.record.flags & ATTACHED_FORWARD :
			  before.flags & CONFIGURED_FORWARD;
	if (forward && !(wanted->flags & CONFIGURED_LEARN_ONLY))
		wanted->flags |= CONFIGURED_FORWARD;
}

/* Of a device that is not here: its program finds the place for its settings when it comes. */
static netfwv6_result enable_ahead(struct state *state, const struct enabling *asked)
{
	struct configured_record wanted = asked->wanted, before;
	bool configured;
	uint32_t slot;

	TRY(create_or_adopt(state));
	TRY(configured_get(state, asked->device, &before, &configured));
	if (asked->keep_forward && !(wanted.flags & CONFIGURED_LEARN_ONLY))
		wanted.flags |= before.flags & CONFIGURED_FORWARD;
	/* The mode that it had when it was here, if that will do. */
	if (configured && before.mode == wanted.mode)
		wanted.got = before.got;
	if (asked->as_it_is && configured)
		return NETFWV6_S_OK;
	every_take_in(state, asked->device);
	if (wanted.flags & CONFIGURED_LEARN_ONLY)
		return configured_put(state, asked->device, &wanted);
	attachments_tidy(state);
	TRY(slot_reserve(state, asked->device, &wanted, &slot));
	slot_settle(state, asked->device);
	return NETFWV6_S_OK;
}

netfwv6_result enable_device(struct state *state, void *argument)
{
	struct enabling *asked = argument;
	struct attached_device seen;
	struct device_traits traits;
	netfwv6_result result = NETFWV6_S_OK;

	if (asked->if_configured)
		result = enable_recall(state, asked);
	if (result != NETFWV6_S_OK)
		return result;
	/* The device first: what cannot be enabled leaves no state behind. */
	result = device_find(asked->device, &seen.device);
	if (result == NETFWV6_E_NOINTERFACE && asked->ahead)
		return enable_ahead(state, asked);
	TRY(result);
	TRY(device_traits_read(&seen.device, 0, &traits));
	TRY(mode_check(&seen.device, &traits, NETFWV6_MODE_AUTO));
	TRY(create_or_adopt(state));
	attachments_tidy(state);
	TRY(attached_device_look(state, asked->device, &seen));
	if (asked->as_it_is && seen.ours.id && attachment_filters(&seen.ours))
		keep_settings(state, &seen.ours, &asked->wanted);
	if (asked->keep_forward && !asked->if_configured)
		keep_forward(state, &seen, &asked->wanted);
	if (asked->by_all)
		asked->wanted.flags |= CONFIGURED_BY_ALL;
	TRY(enable_as(state, &seen, &asked->wanted));
	if (!(asked->wanted.flags & CONFIGURED_BY_ALL))
		every_take_in(state, asked->device);
	return NETFWV6_S_OK;
}

netfwv6_result enable_recall(struct state *state, struct enabling *asked)
{
	bool configured;

	TRY(state_open(state));
	TRY(configured_get(state, asked->device, &asked->wanted, &configured));
	if (!configured)
		TRY(every_device_wish(state, asked->device, &asked->wanted, &configured));
	return configured ? NETFWV6_S_OK : NETFWV6_S_FALSE;
}
