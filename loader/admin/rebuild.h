/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moving a state to new maps, programs and all, without an unfiltered packet.
 *
 * What may be wrong with the old maps: somebody froze one, a former member of the group
 * holds a descriptor, or a rebuild was killed on its way.
 * Flow tables and counters are not for others to write and stay.
 */
#ifndef NETFWV6_REBUILD_H
#define NETFWV6_REBUILD_H

#include <sys/types.h>

#include "state/state.h"

/*
 * With mutex and the administration lock held and the state opened, frozen or
 * retired as it may be. group: who may change ports from now on, besides root.
 */
netfwv6_result rebuild(struct state *state, gid_t group);

#endif
