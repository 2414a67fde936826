/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way out of calls on handles: what a failure says stays with the manager's handle, too. */
#ifndef NETFWV6_TOLD_H
#define NETFWV6_TOLD_H

#include "state/state.h"

static inline netfwv6_result told(struct state *state, netfwv6_result result)
{
	if (NETFWV6_FAILED(result))
		failure_keep(state ? &state->failure : NULL);
	return result;
}

#endif
