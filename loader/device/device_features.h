/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel knows of a device's driver, asked by netdev's and ethtool's netlink. */
#ifndef NETFWV6_DEVICE_FEATURES_H
#define NETFWV6_DEVICE_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

/* Receive offloads that XDP takes away: packets that came in as several arrive as one. */
enum offload {
	OFFLOAD_GRO_HW = 1,
	OFFLOAD_LRO = 2,
};

struct device_features {
	bool xdp_known;	     /* the kernel tells, as it does from 6.3 */
	bool native, frags;  /* XDP programs run in the driver; on frames larger than a page */
	uint32_t on;	     /* enum offload */
	uint32_t switchable; /* enum offload */
};

/* 0, or a negative errno value. What the kernel does not know is left at zero. */
int device_features_read(uint32_t ifindex, struct device_features *features);

#endif
