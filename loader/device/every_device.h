/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which devices the wish for every device with hardware behind it is about. */
#ifndef NETFWV6_EVERY_DEVICE_H
#define NETFWV6_EVERY_DEVICE_H

#include "device/device.h"
#include "state/state.h"

/*
 * What a device that has no wish of its own is to be, by its name: one that is here, has hardware
 * behind it, can be firewalled, and is not left out. The record says that it is so by this wish.
 * With the mutex held and the state opened.
 */
netfwv6_result every_device_wish(const struct state *state, const char *name,
				 struct configured_record *record, bool *wanted);

#endif
