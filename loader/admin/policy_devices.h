/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the devices what a policy says. */
#ifndef NETFWV6_POLICY_DEVICES_H
#define NETFWV6_POLICY_DEVICES_H

#include "admin/enabling.h"
#include "admin/shortfall.h"
#include "text/policy_data.h"

/*
 * Of a state that is as one policy says, which is open for writing, with the administration lock
 * held. All wishes are written before a device is looked for, so that none is missed that comes
 * meanwhile.
 */
netfwv6_result policy_devices_put(struct state *state, const struct netfwv6_policy *before,
				  const struct netfwv6_policy *policy, enable_fn enable,
				  struct shortfall *shortfall);

/* Does a wish hold already, and is not fulfilled? Somebody took programs off, say. */
bool policy_wish_is_amiss(struct state *state, const struct netfwv6_policy *before,
			  const struct wish *wish);

#endif
