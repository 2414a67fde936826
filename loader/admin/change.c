// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/change.h"

#include "admin/make.h"
#include "admin/slot_give.h"
#include "ports/at_once.h"
#include "state/locks.h"
#include "state/root.h"
#include "util/error.h"
#include "util/scope.h"

enum outcome { DONE, AGAIN };

static netfwv6_result refresh(struct state *state, bool *absent)
{
	struct state *held CLEANUP(state_let_go) = state_hold(state);

	TRY(state_refresh(state, STATE_CLOSE));
	*absent = state->root.state == ROOT_ABSENT;
	return NETFWV6_S_OK;
}

static netfwv6_result clear_globally(struct state *state, struct range range)
{
	while (!close_at_once(&state->policy, range)) {
		bool absent;

		TRY(refresh(state, &absent));
		if (absent)
			return NETFWV6_S_OK;
	}
	return NETFWV6_S_OK;
}

static netfwv6_result get_slot(const struct setting *setting)
{
	struct state *state = setting->state;
	netfwv6_result result = lock_administration(state);

	if (result == NETFWV6_E_ACCESSDENIED)
		return fail(
			result,
			"device %s is enabled without a place for settings of its own, and only "
			"root can give it one: 'netfwv6 enable %s' as root, or a first setting",
			setting->device, setting->device);
	TRY(result);
	if (!policy_retired(&state->policy))
		result = slot_give(state, setting->device);
	unlock_administration(state);
	return result;
}

/* With the mutex held. */
static netfwv6_result change_once(const struct setting *setting, struct range range, bool to_set,
				  const char *name, enum outcome *outcome)
{
	struct state *state = setting->state;
	uint32_t begun = policy_begin(&state->policy);
	bool needs_slot = false;
	netfwv6_result result;

	*outcome = DONE;
	if (!policy_current(&state->policy, begun)) {
		result = state_refresh(state, to_set ? STATE_OPEN : STATE_CLOSE);
		if (NETFWV6_FAILED(result) || state->root.state == ROOT_ABSENT)
			return result;
		begun = policy_begin(&state->policy);
	}
	result = to_set ? setting_set_once(setting, range, name, &needs_slot) :
			  setting_clear_once(setting, range);
	*outcome = AGAIN;
	/* Also when it failed: the lock of a state that was removed is gone. */
	if (!policy_current(&state->policy, begun))
		return NETFWV6_S_OK;
	/* That of one that was unmounted comes back. */
	if (NETFWV6_FAILED(result) && root_put_back(&state->root))
		return NETFWV6_S_OK;
	if (needs_slot)
		return get_slot(setting);
	*outcome = DONE;
	return result;
}

static netfwv6_result change(const struct setting *setting, struct range range, bool to_set,
			     const char *name)
{
	struct state *held CLEANUP(state_let_go) = state_hold(setting->state);
	enum outcome outcome;

	do
		TRY(change_once(setting, range, to_set, name, &outcome));
	while (outcome == AGAIN);
	return NETFWV6_S_OK;
}

netfwv6_result setting_set(const struct setting *setting, struct range range, const char *name)
{
	if (!setting->device && open_at_once(&setting->state->policy, range, name && *name))
		return NETFWV6_S_OK;
	return change(setting, range, true, name);
}

netfwv6_result setting_clear(const struct setting *setting, struct range range)
{
	return setting->device ? change(setting, range, false, NULL) :
				 clear_globally(setting->state, range);
}
