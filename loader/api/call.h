/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A call on a manager or on what came of it. It begins with
 *
 *	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
 *
 * and ends, where it succeeds, by `return call_result(&call, ...)`. Whatever other return it takes
 * is a failure, whose sentence the manager's handle keeps.
 */
#ifndef NETFWV6_CALL_H
#define NETFWV6_CALL_H

#include "state/root.h"
#include "util/error.h"
#include "util/options.h"
#include "util/scope.h"

struct call {
	struct state *state; /* NULL of a null handle, which keeps nothing */
	bool holds;	     /* the mutex */
	bool succeeded;
};

static inline struct call call_on(struct state *state)
{
	return (struct call){ .state = state };
}

static inline void call_end(struct call *call)
{
	if (call->holds)
		pthread_mutex_unlock(&call->state->mutex);
	if (!call->succeeded && call->state)
		failure_keep(&call->state->failure);
}

static inline netfwv6_result call_result(struct call *call, netfwv6_result result)
{
	call->succeeded = NETFWV6_SUCCEEDED(result);
	return result;
}

/* Of a call whose steps have a function of their own: its end, with what that returned. */
static inline netfwv6_result call_told(struct state *state, netfwv6_result result)
{
	if (NETFWV6_FAILED(result) && state)
		failure_keep(&state->failure);
	return result;
}

/* Holds the mutex until the call's end. The second form opens the state, too. */
static inline void call_lock(struct call *call)
{
	pthread_mutex_lock(&call->state->mutex);
	call->holds = true;
}

static inline netfwv6_result call_open(struct call *call)
{
	call_lock(call);
	return state_open(call->state);
}

#endif
