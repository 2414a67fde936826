/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An instance of a data-plane program for one device, loaded but not attached. */
#ifndef NETFWV6_INSTANCE_H
#define NETFWV6_INSTANCE_H

#include <stdbool.h>

#include "device.h"
#include "mgr.h"

struct bpf_object;

struct instance {
	struct bpf_object *object;
	int program, counts; /* descriptors; they belong to the object */
	uint32_t id;
	uint8_t tag[8]; /* the kernel's digest of the instructions */
};

/*
 * Loads the program for the device's framing, with root_mutex held and the state
 * writable. counts is the map to count in, or -1 for a new one. The caller ends it
 * with instance_unload().
 */
netfwv6_result instance_load_ingress(struct netfwv6_mgr *mgr, const struct device *device,
				     int counts, bool stateless, struct instance *instance);
netfwv6_result instance_load_egress(struct netfwv6_mgr *mgr, const struct device *device,
				    struct instance *instance);

/* Does the loaded program of that id have the same code? */
bool instance_is_running(const struct instance *instance, uint32_t program_id);

/* Lets go of it; what is attached and pinned stays. */
void instance_unload(struct instance *instance);

#endif
