// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/administration.h"

#include "state/locks.h"

netfwv6_result with_administration(struct state *state,
				   netfwv6_result (*action)(struct state *state, void *argument),
				   void *argument)
{
	netfwv6_result result;

	pthread_mutex_lock(&state->mutex);
	result = lock_administration(state);
	if (NETFWV6_SUCCEEDED(result)) {
		result = action(state, argument);
		unlock_administration(state);
	}
	pthread_mutex_unlock(&state->mutex);
	return result;
}
