/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The manager's handle: below the API nobody knows it. It is the state, which stays until nothing
 * that came of it holds it.
 */
#ifndef NETFWV6_MGR_H
#define NETFWV6_MGR_H

#include "state/state.h"

struct netfwv6_mgr {
	struct state state;
	netfwv6_log_fn log;
	void *log_context;
};

/* NULL of NULL. */
static inline struct state *state_of(struct netfwv6_mgr *mgr)
{
	return mgr ? &mgr->state : NULL;
}

#endif
