/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two locks among processes. flock() goes with the process, so that SIGKILL
 * leaves none behind.
 */
#ifndef NETFWV6_LOCKS_H
#define NETFWV6_LOCKS_H

#include "root.h"

/* Of whoever makes, attaches, detaches or removes, for any state root. Waits. */
netfwv6_result lock_administration(int *lock);

/*
 * Of whoever sets ports in this state root. Waits for a while: E_ABORT when one of the
 * group that may take it does not let go.
 */
netfwv6_result lock_names(const struct root *root, int *lock);

/* Also for children that were forked while it was held. */
void unlock(int lock);

#endif
