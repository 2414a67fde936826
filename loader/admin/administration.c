// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/administration.h"

#include "state/locks.h"
#include "util/error.h"
#include "util/scope.h"

netfwv6_result with_administration(struct state *state,
				   netfwv6_result (*action)(struct state *state, void *argument),
				   void *argument)
{
	struct state *held CLEANUP(state_let_go) = state_hold(state);
	netfwv6_result result;

	TRY(lock_administration(state));
	result = action(state, argument);
	unlock_administration(state);
	return result;
}
