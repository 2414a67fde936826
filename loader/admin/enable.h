/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attaching the firewall to a device.
 *
 * Whatever instruction a SIGKILL meets, the device is in the old state or in the
 * new one: policy is complete before a program is attached, a link comes into force
 * with its pin (until then it goes with the process), and the record is there before
 * the first pin.
 */
#ifndef NETFWV6_ENABLE_H
#define NETFWV6_ENABLE_H

#include "state/state.h"

struct enabling {
	const char *device;
	struct configured_record wanted;
	bool as_it_is;	    /* of a device that is firewalled nothing changes */
	bool keep_forward;  /* and whatever else does, what is for others fares as before */
	bool if_configured; /* as it was configured, or not at all */
	bool ahead;	    /* where there is no such device, the wish alone will do */
};

/*
 * For with_administration(), with a struct enabling. S_FALSE, as EnableFirewall returns it: the
 * device is to be enabled as it was configured, and was not.
 */
netfwv6_result enable_device(struct state *state, void *asked);

/* Reads what was configured for the device's name. S_FALSE likewise. With the mutex held. */
netfwv6_result enable_recall(struct state *state, struct enabling *asked);

#endif
