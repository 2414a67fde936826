// SPDX-License-Identifier: LGPL-2.1-or-later
/* What an administrator does with the state as a whole: makes it, gives it, removes it. */
#include <stddef.h>

#include "admin/administration.h"
#include "admin/group.h"
#include "admin/make.h"
#include "admin/rebuild.h"
#include "api/call.h"
#include "api/mgr.h"
#include "device/attachments.h"
#include "device/blind_spots.h"
#include "ports/slots.h"
#include "state/anchor.h"
#include "state/configured.h"

/* ---- Making ---------------------------------------------------------------- */

/* Opens what is there, also if it was frozen, or makes it. */
static netfwv6_result open_or_make(struct state *state)
{
	TRY(state_open(state));
	return state->root.state == ROOT_ABSENT ? state_make(state) : NETFWV6_S_OK;
}

static netfwv6_result initialize(struct state *state, void *given)
{
	const struct netfwv6_initialize_options *options = given;
	gid_t group;

	TRY(open_or_make(state));
	TRY(root_reread(&state->root));
	TRY(pins_get_group(state->root.dir, &group));
	if (options->rebuild || policy_retired(&state->policy))
		TRY(rebuild(state, options->set_group ? options->group : group));
	else if (options->set_group)
		TRY(group_give(state, options->group));
	return state->root.state == ROOT_WRITABLE ? NETFWV6_S_OK : root_read_only(&state->root);
}

netfwv6_result netfwv6_mgr_initialize(struct netfwv6_mgr *mgr,
				      const struct netfwv6_initialize_options *options)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct netfwv6_initialize_options given = { .sz = sizeof(given) };

	TRY(pointer_check(mgr, "the manager"));
	TRY(options_take(&given, OPTIONS_END(struct netfwv6_initialize_options), options));
	if (given.group && !given.set_group)
		return fail(NETFWV6_E_INVALIDARG, "a group is given, but set_group is not set");
	if (given.group == (gid_t)-1)
		return fail(NETFWV6_E_INVALIDARG, "%u is no group id", given.group);
	return call_result(&call, with_administration(call.state, initialize, &given));
}

/* ---- Removing -------------------------------------------------------------- */

static netfwv6_result remove_state(struct state *state, void *unused)
{
	struct attachment at = {};
	char name[DEVICE_NAME_SIZE];

	(void)unused;
	TRY(root_open(&state->root, &state->policy));
	TRY(root_check_absent(&state->root));
	if (state->root.state == ROOT_ABSENT) {
		root_clear_remains(&state->root);
		return NETFWV6_S_OK;
	}
	attachments_tidy(state);
	if (attachment_next(state, &at))
		return fail(NETFWV6_E_ABORT, "device %s is %s: disable it first, and all others",
			    attachment_present_name(state, &at, name),
			    attachment_filters(&at) ? "firewalled" : "learned from");
	root_remove(&state->root, &state->policy);
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_remove(struct netfwv6_mgr *mgr)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));

	TRY(pointer_check(mgr, "the manager"));
	return call_result(&call, with_administration(call.state, remove_state, NULL));
}

/* ---- Looking --------------------------------------------------------------- */

static netfwv6_result count_settled(const struct state *state, uint32_t *count)
{
	struct slot_record records[SLOT_RECORDS];
	uint64_t bits;

	TRY(slots_read(state, records));
	TRY(slots_used(state, &bits));
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++)
		*count += records[slot].device[0] && slot_is_used(slot, bits);
	return NETFWV6_S_OK;
}

static netfwv6_result describe_every(const struct state *state, struct netfwv6_mgr_status *now)
{
	struct configured_record every;

	TRY(every_get(state, &every, &now->every));
	now->every_mode = every.mode;
	now->every_stateless = every.flags & CONFIGURED_STATELESS;
	return NETFWV6_S_OK;
}

/* With the mutex held and the state opened. */
static netfwv6_result look(struct state *state, struct netfwv6_mgr_status *now)
{
	TRY(root_reread(&state->root));
	if (state->root.state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	now->exists = true;
	now->writable = state->root.state == ROOT_WRITABLE;
	now->layout = state->root.record.layout;
	now->slots = SLOT_MAX;
	now->one_mount = !anchor_holds(state->root.dir);
	TRY(pins_get_group(state->root.dir, &now->group));
	TRY(describe_every(state, now));
	return count_settled(state, &now->settled);
}

netfwv6_result netfwv6_mgr_get_status(struct netfwv6_mgr *mgr, struct netfwv6_mgr_status *status)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct netfwv6_mgr_status now = { .sz = sizeof(now) };

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(status, "the status' out-pointer"));
	TRY(options_check_size(status->sz));
	now.blind_spots = blind_spots_find();
	TRY(call_open(&call));
	TRY(look(call.state, &now));
	options_give(status, &now, sizeof(now));
	return call_result(&call, NETFWV6_S_OK);
}
