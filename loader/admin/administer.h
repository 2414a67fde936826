/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_ADMINISTER_H
#define NETFWV6_ADMINISTER_H

#include "state/state.h"

/* Does it with the mutex and the administration lock held, if it can have that. */
netfwv6_result administer(struct state *state,
			  netfwv6_result (*action)(struct state *state, void *argument),
			  void *argument);

#endif
