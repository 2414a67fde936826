/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The learning side of a device: a pinned TCX link where the kernel has it (6.6), else
 * a filter in the clsact qdisc. Called with root_mutex and the administration lock
 * held, unless noted.
 */
#ifndef NETFWV6_EGRESS_H
#define NETFWV6_EGRESS_H

#include <stdbool.h>

#include "device.h"
#include "mgr.h"

/* Attaches; what is attached already is replaced if its code differs. */
netfwv6_result egress_attach(struct netfwv6_mgr *mgr, const struct device *device);

/* Detaches, if it is attached; leaves nothing of ours. */
netfwv6_result egress_detach(const struct netfwv6_mgr *mgr, uint32_t ifindex);

/* Without the administration lock, too. False for who may not see it. */
bool egress_is_attached(const struct netfwv6_mgr *mgr, uint32_t ifindex);

/* Has any learning link a device, in whatever network namespace? */
bool egress_any_alive(const struct netfwv6_mgr *mgr);

/* Forgets links whose device is gone. */
void egress_tidy(const struct netfwv6_mgr *mgr);

#endif
