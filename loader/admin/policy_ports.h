/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The port table made what a policy says. With mutex and the administration lock held, the
 * state writable and in force.
 */
#ifndef NETFWV6_POLICY_PORTS_H
#define NETFWV6_POLICY_PORTS_H

#include "state/state.h"
#include "text/policy_data.h"

/*
 * Ports open before others close. before is what was read of the state, for the names of ports
 * that stay open. Protection that the policy does not speak of stays, unless it is to be exactly as
 * the policy says. E_OUTOFMEMORY: names, or places of devices, find no room; what is done by then
 * stays.
 */
netfwv6_result policy_ports_put(struct state *state, const struct netfwv6_policy *before,
				const struct netfwv6_policy *policy, bool exactly);

#endif
