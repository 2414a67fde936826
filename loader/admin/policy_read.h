/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_POLICY_READ_H
#define NETFWV6_POLICY_READ_H

#include "state/state.h"
#include "text/policy_data.h"

/*
 * The policy of a state that is open, or of one that is absent: with the mutex held. What a
 * member of the group may have written is not believed: see netfwv6_mgr_read_policy().
 */
netfwv6_result policy_read(struct state *state, struct netfwv6_policy **policy);

#endif
