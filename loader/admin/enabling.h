/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device that is to be enabled, for those who pass it on. */
#ifndef NETFWV6_ENABLING_H
#define NETFWV6_ENABLING_H

#include "state/state.h"

struct enabling {
	const char *device;
	struct configured_record wanted;
	bool as_it_is;	    /* of a device that is firewalled nothing changes */
	bool keep_forward;  /* and whatever else does, what is for others fares as before */
	bool if_configured; /* as it was configured, or not at all */
	bool ahead;	    /* where there is no such device, the wish alone will do */
	bool by_all;	    /* as every device, not by its name */
};

/* Enables it: enable_device(). With mutex and administration lock held. */
typedef netfwv6_result (*enable_fn)(struct state *state, void *asked);

#endif
