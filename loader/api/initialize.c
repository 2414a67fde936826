// SPDX-License-Identifier: LGPL-2.1-or-later
/* What an administrator does with the state as a whole: makes it, gives it, removes it. */
#include <stddef.h>

#include "admin/administration.h"
#include "admin/make.h"
#include "admin/rebuild.h"
#include "api/mgr.h"
#include "api/told.h"
#include "device/attachments.h"
#include "device/blind_spots.h"
#include "ports/slots.h"
#include "state/anchor.h"
#include "state/root.h"
#include "util/error.h"
#include "util/options.h"

/* ---- Making ---------------------------------------------------------------- */

/* The group that the ports are to have, and whether others may still hold them. */
static netfwv6_result choose_group(const struct state *state,
				   const struct netfwv6_initialize_options *options, gid_t *group,
				   bool *changes_hands)
{
	gid_t present;

	TRY(pins_get_group(state->root.dir, &present));
	*group = options->set_group ? options->group : present;
	*changes_hands = present && present != *group;
	return NETFWV6_S_OK;
}

/* Opens what is there, also if it was frozen, or makes it. */
static netfwv6_result open_or_make(struct state *state)
{
	TRY(state_open(state));
	return state->root.state == ROOT_ABSENT ? state_make(state) : NETFWV6_S_OK;
}

static netfwv6_result initialize(struct state *state, void *given)
{
	const struct netfwv6_initialize_options *options = given;
	netfwv6_result result = open_or_make(state);
	bool changes_hands;
	gid_t group;

	if (NETFWV6_SUCCEEDED(result))
		result = root_reread(&state->root);
	if (NETFWV6_SUCCEEDED(result))
		result = choose_group(state, options, &group, &changes_hands);
	if (NETFWV6_FAILED(result))
		return result;
	if (options->rebuild || changes_hands || policy_retired(&state->policy))
		result = rebuild(state, group);
	else if (options->set_group)
		result = pins_set_group(state->root.dir, group);
	if (NETFWV6_FAILED(result))
		return result;
	return state->root.state == ROOT_WRITABLE ? NETFWV6_S_OK : root_read_only(&state->root);
}

static netfwv6_result mgr_initialize(struct netfwv6_mgr *mgr,
				     const struct netfwv6_initialize_options *options)
{
	struct netfwv6_initialize_options given = { .sz = sizeof(given) };

	if (!mgr)
		return fail(NETFWV6_E_POINTER, "the manager is null");
	TRY(options_take(&given, OPTIONS_END(struct netfwv6_initialize_options), options));
	if (given.group && !given.set_group)
		return fail(NETFWV6_E_INVALIDARG, "a group is given, but set_group is not set");
	if (given.group == (gid_t)-1)
		return fail(NETFWV6_E_INVALIDARG, "%u is no group id", given.group);
	return with_administration(&mgr->state, initialize, &given);
}

netfwv6_result netfwv6_mgr_initialize(struct netfwv6_mgr *mgr,
				      const struct netfwv6_initialize_options *options)
{
	return told(state_of(mgr), mgr_initialize(mgr, options));
}

/* ---- Removing -------------------------------------------------------------- */

static netfwv6_result remove_state(struct state *state, void *unused)
{
	struct attachment at = {};
	char name[DEVICE_NAME_SIZE];
	netfwv6_result result = root_open(&state->root, &state->policy);

	(void)unused;
	if (NETFWV6_SUCCEEDED(result))
		result = root_check_absent(&state->root);
	if (NETFWV6_FAILED(result))
		return result;
	if (state->root.state != ROOT_ABSENT) {
		attachments_tidy(state);
		if (attachment_next(state, &at))
			return fail(NETFWV6_E_ABORT,
				    "device %s is %s: disable it first, and all others",
				    attachment_present_name(state, &at, name),
				    attachment_filters(&at) ? "firewalled" : "learned from");
		root_remove(&state->root, &state->policy);
	} else {
		root_clear_remains(&state->root);
	}
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_remove(struct netfwv6_mgr *mgr)
{
	return told(state_of(mgr), mgr ? with_administration(&mgr->state, remove_state, NULL) :
					 fail(NETFWV6_E_POINTER, "the manager is null"));
}

/* ---- Looking --------------------------------------------------------------- */

static netfwv6_result count_settled(const struct state *state, uint32_t *count)
{
	struct slot_record records[SLOT_RECORDS];
	netfwv6_result result = slots_read(state, records);
	uint64_t bits = 0;

	if (NETFWV6_SUCCEEDED(result))
		result = slots_used(state, &bits);
	for (uint32_t slot = 1; slot <= SLOT_MAX && NETFWV6_SUCCEEDED(result); slot++)
		*count += records[slot].device[0] && slot_is_used(slot, bits);
	return result;
}

static netfwv6_result look(struct state *state, struct netfwv6_mgr_status *now)
{
	netfwv6_result result = state_open(state);
	gid_t group = 0;

	if (NETFWV6_SUCCEEDED(result))
		result = root_reread(&state->root);
	if (NETFWV6_FAILED(result) || state->root.state == ROOT_ABSENT)
		return result;
	now->exists = true;
	now->writable = state->root.state == ROOT_WRITABLE;
	now->layout = state->root.record.layout;
	now->slots = SLOT_MAX;
	now->one_mount = !anchor_holds(state->root.dir);
	result = pins_get_group(state->root.dir, &group);
	now->group = group;
	return NETFWV6_FAILED(result) ? result : count_settled(state, &now->settled);
}

static netfwv6_result mgr_get_status(struct netfwv6_mgr *mgr, struct netfwv6_mgr_status *status)
{
	struct netfwv6_mgr_status now = { .sz = sizeof(now) };
	netfwv6_result result;

	if (!mgr || !status)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the status' out-pointer" : "the manager");
	result = options_check_size(status->sz);
	if (NETFWV6_FAILED(result))
		return result;
	now.blind_spots = blind_spots_find();
	pthread_mutex_lock(&mgr->state.mutex);
	result = look(&mgr->state, &now);
	pthread_mutex_unlock(&mgr->state.mutex);
	if (NETFWV6_SUCCEEDED(result))
		options_give(status, &now, sizeof(now));
	return result;
}

netfwv6_result netfwv6_mgr_get_status(struct netfwv6_mgr *mgr, struct netfwv6_mgr_status *status)
{
	return told(state_of(mgr), mgr_get_status(mgr, status));
}
