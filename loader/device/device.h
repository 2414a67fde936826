/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel says of a network device and of the XDP program on it. */
#ifndef NETFWV6_DEVICE_H
#define NETFWV6_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "device/netlink.h"
#include "layout.h"
#include "netfwv6.h"

/* How a device's frames start, or what stands for it where only the network header counts. */
enum framing {
	FRAMING_ETHERNET,
	FRAMING_RAW_IP,
	FRAMING_LOOPBACK,
	FRAMING_FOREIGN, /* some other header */
};

struct device {
	char name[DEVICE_NAME_SIZE]; /* NUL-padded */
	uint32_t ifindex;
	uint16_t hardware_type; /* ARPHRD_* */
	enum framing framing;
};

/*
 * The device of that name. One that has it as an alternative name is not meant: what is
 * recorded under a name belongs to a device that is called so.
 * E_INVALIDARG when it is no device name, E_NOINTERFACE when there is none.
 */
netfwv6_result device_find(const char *name, struct device *device);

/* The same for what somebody typed: an alternative name will do, of any length. */
netfwv6_result device_resolve(const char *name, struct device *device);

/* The device of that number, which is not 0; E_NOINTERFACE when there is none. */
netfwv6_result device_of_index(uint32_t ifindex, struct device *device);

/* All devices of this network namespace, as answers that device_of_link() reads. */
netfwv6_result device_list(struct netlink_answer *links);

/* Reads one link message; false when it is something else. */
bool device_of_link(const struct nlmsghdr *link, struct device *device);

/* What is attached to a device; id 0 for nothing. */
struct device_xdp {
	uint32_t program_id;
	uint32_t mode; /* enum netfwv6_mode; AUTO when it is in hardware */
};
netfwv6_result device_xdp(uint32_t ifindex, struct device_xdp *xdp);

/* "'name', id 7" of an XDP program, as sentences have it. */
#define XDP_TEXT_SIZE 48
const char *device_xdp_text(uint32_t program_id, char text[XDP_TEXT_SIZE]);

/* E_ABORT, and a sentence that names the foreign program by name and id. */
netfwv6_result device_held(const struct device *device, const struct device_xdp *xdp);

#endif
