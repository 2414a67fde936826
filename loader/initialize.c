// SPDX-License-Identifier: LGPL-2.1-or-later
/* What an administrator does with the state as a whole: makes it, gives it, removes it. */
#include <stddef.h>

#include "attachments.h"
#include "blind_spots.h"
#include "error.h"
#include "locks.h"
#include "options.h"
#include "rebuild.h"
#include "slots.h"

/* ---- Making ---------------------------------------------------------------- */

/* The group that the ports are to have, and whether others may still hold them. */
static netfwv6_result choose_group(const struct netfwv6_mgr *mgr,
				   const struct netfwv6_initialize_options *options, gid_t *group,
				   bool *changes_hands)
{
	gid_t present;
	netfwv6_result result = pins_get_group(mgr->root.dir, &present);

	if (NETFWV6_FAILED(result))
		return result;
	*group = options->set_group ? options->group : present;
	*changes_hands = present && present != *group;
	return NETFWV6_S_OK;
}

/* Opens what is there, or makes it. */
static netfwv6_result open_or_make(struct netfwv6_mgr *mgr)
{
	netfwv6_result result = root_open(&mgr->root, &mgr->policy);

	return NETFWV6_SUCCEEDED(result) && mgr->root.state == ROOT_ABSENT ?
		       mgr_create(mgr, ROOT_KEPT) :
		       result;
}

static netfwv6_result keep(struct root *root)
{
	if (root->record.flags & ROOT_KEPT)
		return NETFWV6_S_OK;
	root->record.flags |= ROOT_KEPT;
	return root_write_record(root);
}

static netfwv6_result initialize_locked(struct netfwv6_mgr *mgr,
					const struct netfwv6_initialize_options *options)
{
	netfwv6_result result = open_or_make(mgr);
	bool changes_hands;
	gid_t group;

	if (NETFWV6_SUCCEEDED(result))
		result = root_reread(&mgr->root);
	if (NETFWV6_SUCCEEDED(result))
		result = choose_group(mgr, options, &group, &changes_hands);
	if (NETFWV6_FAILED(result))
		return result;
	if (options->rebuild || changes_hands || policy_retired(&mgr->policy))
		result = rebuild(mgr, group);
	else if (options->set_group)
		result = pins_set_group(mgr->root.dir, group);
	if (NETFWV6_FAILED(result))
		return result;
	return mgr->root.state == ROOT_WRITABLE ? keep(&mgr->root) : root_read_only(&mgr->root);
}

static netfwv6_result with_administration(
	struct netfwv6_mgr *mgr, const struct netfwv6_initialize_options *options,
	netfwv6_result (*action)(struct netfwv6_mgr *, const struct netfwv6_initialize_options *))
{
	netfwv6_result result;

	pthread_mutex_lock(&mgr->root_mutex);
	result = lock_administration(mgr);
	if (NETFWV6_SUCCEEDED(result)) {
		result = action(mgr, options);
		unlock_administration(mgr);
	}
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

netfwv6_result netfwv6_mgr_initialize(struct netfwv6_mgr *mgr,
				      const struct netfwv6_initialize_options *options)
{
	struct netfwv6_initialize_options given = { .sz = sizeof(given) };
	netfwv6_result result;

	if (!mgr)
		return fail(NETFWV6_E_POINTER, "the manager is null");
	result = options_take(&given, sizeof(given), options);
	if (NETFWV6_FAILED(result))
		return result;
	if (given.group && !given.set_group)
		return fail(NETFWV6_E_INVALIDARG, "a group is given, but set_group is not set");
	if (given.group == (gid_t)-1)
		return fail(NETFWV6_E_INVALIDARG, "%u is no group id", given.group);
	return with_administration(mgr, &given, initialize_locked);
}

/* ---- Removing -------------------------------------------------------------- */

static netfwv6_result remove_locked(struct netfwv6_mgr *mgr,
				    const struct netfwv6_initialize_options *unused)
{
	struct attachment at = {};
	char name[DEVICE_NAME_SIZE];
	netfwv6_result result = root_open(&mgr->root, &mgr->policy);

	(void)unused;
	if (NETFWV6_SUCCEEDED(result))
		result = root_check_absent(&mgr->root);
	if (NETFWV6_FAILED(result))
		return result;
	if (mgr->root.state != ROOT_ABSENT) {
		attachments_tidy(mgr);
		if (attachment_next(mgr, &at))
			return fail(NETFWV6_E_ABORT,
				    "device %s is %s: disable it first, and all others",
				    attachment_present_name(mgr, &at, name),
				    attachment_filters(&at) ? "firewalled" : "learned from");
		root_remove(&mgr->root, &mgr->policy);
	} else {
		root_remove_if_empty(&mgr->root, &mgr->policy);
	}
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_remove(struct netfwv6_mgr *mgr)
{
	return mgr ? with_administration(mgr, NULL, remove_locked) :
		     fail(NETFWV6_E_POINTER, "the manager is null");
}

/* ---- Looking --------------------------------------------------------------- */

static netfwv6_result count_settled(const struct netfwv6_mgr *mgr, uint32_t *count)
{
	struct slot_record records[SLOT_RECORDS];
	netfwv6_result result = slots_read(mgr, records);
	uint64_t bits = 0;

	if (NETFWV6_SUCCEEDED(result))
		result = slots_used(mgr, &bits);
	for (uint32_t slot = 1; slot <= SLOT_MAX && NETFWV6_SUCCEEDED(result); slot++)
		*count += records[slot].device[0] && slot_is_used(slot, bits);
	return result;
}

static netfwv6_result look(struct netfwv6_mgr *mgr, struct netfwv6_mgr_status *now)
{
	netfwv6_result result = mgr_refresh(mgr, MGR_READ);
	gid_t group = 0;

	if (NETFWV6_SUCCEEDED(result))
		result = root_reread(&mgr->root);
	if (NETFWV6_FAILED(result) || mgr->root.state == ROOT_ABSENT)
		return result;
	now->exists = true;
	now->kept = mgr->root.record.flags & ROOT_KEPT;
	now->writable = mgr->root.state == ROOT_WRITABLE;
	now->layout = mgr->root.record.layout;
	now->slots = SLOT_MAX;
	now->one_mount = !anchor_holds(mgr->root.dir);
	result = pins_get_group(mgr->root.dir, &group);
	now->group = group;
	return NETFWV6_FAILED(result) ? result : count_settled(mgr, &now->settled);
}

netfwv6_result netfwv6_mgr_get_status(struct netfwv6_mgr *mgr, struct netfwv6_mgr_status *status)
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
	pthread_mutex_lock(&mgr->root_mutex);
	result = look(mgr, &now);
	pthread_mutex_unlock(&mgr->root_mutex);
	if (NETFWV6_SUCCEEDED(result))
		options_give(status, &now, sizeof(now));
	return result;
}
