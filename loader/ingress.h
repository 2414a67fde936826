/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The filtering side of a device: the XDP program behind a pinned link. Called with
 * root_mutex and the administration lock held.
 */
#ifndef NETFWV6_INGRESS_H
#define NETFWV6_INGRESS_H

#include "connection.h"
#include "instance.h"

/* Attaches the instance to a free device, and makes that last. */
netfwv6_result ingress_attach(const struct netfwv6_mgr *mgr, const struct device *device,
			      const struct instance *instance, uint32_t mode);

/*
 * Loads an instance that counts on where the attachment's program does. The caller ends
 * it with instance_unload().
 */
netfwv6_result ingress_load_again(const struct netfwv6_mgr *mgr, const struct attachment *at,
				  const struct instance_spec *spec, struct instance *instance);

/*
 * Puts the instance in the place of the attachment's program, between two packets. at
 * becomes what is attached then, to a device of that name.
 */
netfwv6_result ingress_replace(const struct netfwv6_mgr *mgr, struct attachment *at,
			       const char *device, const struct instance *instance);

const char *ingress_mode_name(uint32_t mode);

#endif
