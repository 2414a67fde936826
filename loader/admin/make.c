// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/make.h"

#include <time.h>

#include "admin/rebuild.h"
#include "state/locks.h"
#include "state/mountpoint.h"
#include "state/root.h"
#include "util/error.h"

/* Of a millisecond. A rebuild takes tens; this long means that its maker was killed. */
#define REBUILD_POLLS 5000

/*
 * Somebody who sees another file of the administration lock may be making the state, too: its
 * maker has the lock of all places of states, or on a bpffs that is there the state's own.
 */
static netfwv6_result prepare_place(struct state *state)
{
	netfwv6_result result = root_check_absent(&state->root);
	bool to_mount;

	if (NETFWV6_FAILED(result))
		return result;
	result = mountpoint_prepare(state->root.name, &to_mount);
	if (NETFWV6_SUCCEEDED(result) && to_mount) {
		result = lock_new_anchor(state);
		if (NETFWV6_FAILED(result) || state->root.anchor_lock >= 0)
			return result;
		result = mountpoint_mount(state->root.name);
	}
	return NETFWV6_FAILED(result) ? result : lock_new_state(state);
}

netfwv6_result state_make(struct state *state)
{
	netfwv6_result result = root_open(&state->root, &state->policy);
	gid_t group;

	if (NETFWV6_SUCCEEDED(result) && state->root.state == ROOT_ABSENT)
		result = prepare_place(state);
	if (NETFWV6_SUCCEEDED(result))
		result = root_create(&state->root, &state->policy);
	if (NETFWV6_SUCCEEDED(result))
		result = lock_new_state(state);
	if (NETFWV6_SUCCEEDED(result))
		result = root_reread(&state->root);
	if (NETFWV6_FAILED(result) || !policy_retired(&state->policy))
		return result;
	/* Whoever was rebuilding or removing it was killed. Retired tables never come back. */
	result = pins_get_group(state->root.dir, &group);
	return NETFWV6_FAILED(result) ? result : rebuild(state, group);
}

static netfwv6_result create(struct state *state)
{
	netfwv6_result result;

	result = lock_administration(state);
	if (NETFWV6_FAILED(result))
		return result;
	result = state_make(state);
	unlock_administration(state);
	return result;
}

/* A missing state: nothing is open in it. Only who could make it may say "close". */
static netfwv6_result close_in_none(const struct state *state)
{
	netfwv6_result result = check_administrator();

	return result == NETFWV6_E_ACCESSDENIED ?
		       fail(result, "there is no state in %s, and only root can make it",
			    state->root.dir) :
		       result;
}

/* For those who may change ports but not take the administration lock. */
static netfwv6_result await_rebuild(struct state *state)
{
	const struct timespec poll = { .tv_nsec = 1000000 };

	for (int i = 0; i < REBUILD_POLLS && state->root.state == ROOT_WRITABLE &&
			policy_retired(&state->policy);
	     i++) {
		netfwv6_result result;

		pthread_mutex_unlock(&state->mutex);
		nanosleep(&poll, NULL);
		pthread_mutex_lock(&state->mutex);
		result = root_open(&state->root, &state->policy);
		if (NETFWV6_FAILED(result))
			return result;
	}
	if (state->root.state == ROOT_WRITABLE && policy_retired(&state->policy))
		return fail(
			NETFWV6_E_RETRY,
			"the state in %s is being rebuilt or removed, or was left half way: try "
			"again; 'netfwv6 init' as root mends it",
			state->root.dir);
	return NETFWV6_S_OK;
}

netfwv6_result state_refresh(struct state *state, enum state_intent intent)
{
	netfwv6_result result = root_open(&state->root, &state->policy);

	if (NETFWV6_FAILED(result))
		return result;
	if (state->root.state == ROOT_WRITABLE && policy_retired(&state->policy)) {
		result = create(state);
		if (result == NETFWV6_E_ACCESSDENIED)
			result = await_rebuild(state);
	}
	if (NETFWV6_SUCCEEDED(result) && state->root.state == ROOT_ABSENT)
		result = intent == STATE_OPEN ? create(state) : close_in_none(state);
	if (NETFWV6_FAILED(result))
		return result;
	if (state->root.state == ROOT_READABLE)
		return root_read_only(&state->root);
	return NETFWV6_S_OK;
}
