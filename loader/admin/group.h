/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_GROUP_H
#define NETFWV6_GROUP_H

#include "state/state.h"

/*
 * Gives the ports to a group, 0 for none, with the administration lock held. Where another had
 * them, the state is rebuilt, as its members may hold open descriptors.
 */
netfwv6_result group_give(struct state *state, gid_t group);

#endif
