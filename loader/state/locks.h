/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The locks among processes. flock() goes with the process, so that SIGKILL leaves none
 * behind. A process that was stopped keeps its locks, so the others do not wait for ever.
 *
 * All are taken with mutex held, and let go of it while they wait: other threads can use
 * the handle meanwhile, and what was known of the state before may be out of date.
 */
#ifndef NETFWV6_LOCKS_H
#define NETFWV6_LOCKS_H

#include "state/state.h"

/*
 * Of whoever makes, attaches, detaches or removes: a file for all states that a mount
 * namespace sees; for mount namespaces that share states and not the file the lock of all their
 * places (anchor.h), and the state's own lock. E_RETRY: one of them does not come free.
 */
netfwv6_result lock_administration(struct state *state);
void unlock_administration(struct state *state);

/* May the caller take it at all? */
netfwv6_result check_administrator(void);

/*
 * The lock of a state that is about to be made, by the holder of the administration lock,
 * which it becomes a part of.
 */
netfwv6_result lock_new_state(struct state *state);

/*
 * Likewise that of all places of states, which makes it. Where there is no place for any,
 * root.anchor_lock stays -1.
 */
netfwv6_result lock_new_anchor(struct state *state);

/* The state's own lock alone, if there is a state: for root without the file. */
netfwv6_result lock_state(struct state *state, int *lock);

/*
 * Of whoever sets ports in this state root. E_RETRY when a member of the group does not let
 * go.
 */
netfwv6_result lock_names(const struct state *state, int *lock);

/* Also for children that were forked while it was held; nothing for -1. */
void unlock(int lock);

static inline void unlock_at(const int *lock)
{
	unlock(*lock);
}

#endif
