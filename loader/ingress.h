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
			      const struct instance *instance,
			      const struct netfwv6_enable_options *options);

/* Puts the instance in the place of the running program, between two packets. */
netfwv6_result ingress_replace(const struct netfwv6_mgr *mgr, const struct attached_device *seen,
			       const struct instance *instance, bool stateless);

const char *ingress_mode_name(uint32_t mode);

#endif
