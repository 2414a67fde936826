/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_ADMINISTRATION_H
#define NETFWV6_ADMINISTRATION_H

#include "state/state.h"

/* Does it with the mutex and the administration lock held, if it can have that. */
netfwv6_result with_administration(struct state *state,
				   netfwv6_result (*action)(struct state *state, void *argument),
				   void *argument);

#endif
