// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/make.h"

#include <time.h>

#include "admin/rebuild.h"
#include "state/locks.h"
#include "state/mountpoint.h"
#include "state/root.h"
#include "state/saved_record.h"
#include "util/error.h"

/* Of a millisecond. A rebuild takes tens; this long means that its maker was killed. */
#define REBUILD_POLLS 5000

/*
 * Somebody who sees another file of the administration lock may be making the state, too: its
 * maker has the lock of all places of states, or on a bpffs that is there the state's own.
 */
static netfwv6_result prepare_place(struct state *state)
{
	bool to_mount;

	TRY(root_check_absent(&state->root));
	TRY(mountpoint_prepare(state->root.name, &to_mount));
	if (to_mount) {
		TRY(lock_new_anchor(state));
		if (state->root.anchor_lock >= 0)
			return NETFWV6_S_OK;
		TRY(mountpoint_mount(state->root.name));
	}
	return lock_new_state(state);
}

netfwv6_result state_make(struct state *state)
{
	bool is_new;
	gid_t group;

	TRY(root_open(&state->root, &state->policy));
	is_new = state->root.state == ROOT_ABSENT;
	if (is_new)
		TRY(prepare_place(state));
	TRY(root_create(&state->root, &state->policy));
	if (is_new)
		TRY(saved_record_begin(&state->root));
	TRY(lock_new_state(state));
	TRY(root_reread(&state->root));
	if (!policy_retired(&state->policy))
		return NETFWV6_S_OK;
	/* Whoever was rebuilding or removing it was killed. Retired tables never come back. */
	TRY(pins_get_group(state->root.dir, &group));
	return rebuild(state, group);
}

static netfwv6_result create(struct state *state)
{
	netfwv6_result result;

	TRY(lock_administration(state));
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
		pthread_mutex_unlock(&state->mutex);
		nanosleep(&poll, NULL);
		pthread_mutex_lock(&state->mutex);
		TRY(root_open(&state->root, &state->policy));
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
	TRY(root_open(&state->root, &state->policy));
	if (state->root.state == ROOT_WRITABLE && policy_retired(&state->policy)) {
		netfwv6_result result = create(state);

		TRY(result == NETFWV6_E_ACCESSDENIED ? await_rebuild(state) : result);
	}
	if (state->root.state == ROOT_ABSENT)
		TRY(intent == STATE_OPEN ? create(state) : close_in_none(state));
	return state->root.state == ROOT_READABLE ? root_read_only(&state->root) : NETFWV6_S_OK;
}
