/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every device with hardware behind it, now and when it comes. */
#ifndef NETFWV6_ALL_DEVICES_H
#define NETFWV6_ALL_DEVICES_H

#include "admin/enabling.h"

struct enabling_all {
	enable_fn enable;
	struct enabling how; /* as for one device, without its name */
};

/*
 * With mutex and administration lock held, and the state open for writing. The wish is written first, so that no
 * device is missed that comes meanwhile. A device that cannot be enabled keeps no other from it:
 * the first failure is returned, the others are told to the log callback, and the wish stays.
 */
netfwv6_result enable_all_devices(struct state *state, const struct enabling_all *all);

/* Is a device here that is to be firewalled by this wish, and is not? With the mutex held. */
bool all_devices_are_amiss(struct state *state);

/* For with_administration(). Takes the wish back, and the firewall off the devices that have it by that alone. */
netfwv6_result disable_all_devices(struct state *state, void *unused);

#endif
