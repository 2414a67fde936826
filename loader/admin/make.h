/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a state where there is none, and mending one that somebody left half rebuilt. */
#ifndef NETFWV6_MAKE_H
#define NETFWV6_MAKE_H

#include "state/state.h"

enum state_intent {
	STATE_CLOSE, /* a missing state is fine for those who could make it */
	STATE_OPEN,  /* a missing state is made */
};

/*
 * Opens the state for a change, with the mutex held. After success it is writable and not
 * retired, or for STATE_CLOSE absent.
 */
netfwv6_result state_refresh(struct state *state, enum state_intent intent);

/*
 * Opens the state for writing with the administration lock held, too: makes it where there is
 * none, and makes it anew where its port table is retired.
 */
netfwv6_result state_make(struct state *state);

#endif
