/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a device is, as far as it matters for how it can be filtered. All of it is read;
 * nothing is attached to find out.
 */
#ifndef NETFWV6_DEVICE_TRAITS_H
#define NETFWV6_DEVICE_TRAITS_H

#include "device/device.h"
#include "device/device_features.h"

/* Does the driver take XDP programs itself? */
enum native_xdp {
	NATIVE_NONE,
	NATIVE_UNKNOWN, /* it tells when it is asked to take one */
	NATIVE_YES,
};

/* One message of the list of devices. */
struct link {
	struct device device;
	struct attributes attributes, info;
	const char *kind;
};

/* The next one, behind *message, which begins and ends as NULL. */
bool link_next(const struct netlink_answer *links, const struct nlmsghdr **message,
	       struct link *link);

/* The number of the device that this one stands on, in the kernel's books; 0 for none here. */
uint32_t link_below(const struct link *link);

#define TRAIT_SIZE 32

struct device_traits {
	char kind[TRAIT_SIZE];	 /* of a virtual device, as 'ip link add type' has it; or "" */
	char driver[TRAIT_SIZE]; /* as ethtool has it; "" when there is none */
	bool hardware;		 /* real or emulated: the device is on some bus */
	uint32_t mtu;

	enum native_xdp native;
	bool frags;	   /* native takes frames larger than a page */
	uint32_t offloads; /* enum offload: those that are on */
	/* The other side of a virtio_net device does what XDP cannot bear, and takes no orders. */
	bool host_decides_offloads;

	bool has_members;     /* other devices have it as their master */
	bool l3s;	      /* an ipvlan device that hands over no packet itself */
	uint32_t foreign_xdp; /* id of an XDP program that is not of this state, or 0 */
	/* Names of devices of this network namespace, or "". */
	char below[DEVICE_NAME_SIZE];	  /* which this one stands on */
	char above_xdp[DEVICE_NAME_SIZE]; /* which stands on this one and has an XDP program */
};

/*
 * Reads the traits of a device that was found. own_xdp is the id of this state's XDP program
 * on it, or 0. Fails where the kernel cannot be asked; what it cannot say is left at zero, or
 * NATIVE_UNKNOWN.
 */
netfwv6_result device_traits_read(const struct device *device, uint32_t own_xdp,
				  struct device_traits *traits);

#endif
