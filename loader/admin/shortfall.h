/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What could not be done, of what is done as far as possible. */
#ifndef NETFWV6_SHORTFALL_H
#define NETFWV6_SHORTFALL_H

#include "state/state.h"

struct shortfall {
	bool go_on; /* after a failure; else the first one ends it */
	netfwv6_result first;
	char sentence[NETFWV6_DETAIL_SIZE];
};

/* The result of a step, or success where that goes on. Failures behind the first are logged. */
netfwv6_result shortfall_note(const struct state *state, struct shortfall *shortfall,
			      netfwv6_result result);

/* In the end: the first failure, if there was one. */
netfwv6_result shortfall_result(const struct shortfall *shortfall);

#endif
