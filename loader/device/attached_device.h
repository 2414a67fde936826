/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_ATTACHED_DEVICE_H
#define NETFWV6_ATTACHED_DEVICE_H

#include "device/attachments.h"
#include "device/device.h"

/* A device as it is now, and what this state has attached to it. */
struct attached_device {
	struct device device; /* ifindex 0: there is none of that name here */
	struct device_xdp xdp;
	struct attachment ours;
};

/* Looks at the device, if there is one. With the mutex held and the state opened. */
netfwv6_result attached_device_look(const struct state *state, const char *name,
				    struct attached_device *seen);

#endif
