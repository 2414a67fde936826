/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection's own instance of the data plane, loaded but not attached. */
#ifndef NETFWV6_INSTANCE_H
#define NETFWV6_INSTANCE_H

#include "device.h"
#include "mgr.h"

struct netfwv6_bpf;

struct instance {
	struct netfwv6_bpf *object;
	int program, counts; /* descriptors; they belong to the object */
	uint32_t id;
	uint8_t tag[8]; /* the kernel's digest of the instructions */
};

/*
 * Loads the program for the device's framing. counts is the map to count in, or
 * -1 for a new one. With root_mutex held and the state writable. The caller ends
 * it with instance_unload().
 */
netfwv6_result instance_load(struct netfwv6_mgr *mgr, const struct device *device, int counts,
			     struct instance *instance);

/* Lets go of it; what is attached and pinned stays. */
void instance_unload(struct instance *instance);

#endif
