/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The places where programs sit at a device: XDP in front, the guard at the netdev ingress
 * hook, learning at the egress hook. A program is held by a pinned link; at the netdev hooks of
 * kernels without TCX (before 6.6) by a filter in the clsact qdisc. Each attachment has one pin
 * a hook, named by the attachment's id, so that no record has to say which link is whose.
 *
 * Called with root_mutex held; what changes something, with the administration lock, too.
 */
#ifndef NETFWV6_HOOKS_H
#define NETFWV6_HOOKS_H

#include <stdbool.h>

#include "device.h"
#include "instance.h"
#include "mgr.h"

/* An attachment's hook, and where its device was last seen: a filter has no other address. */
struct place {
	const struct netfwv6_mgr *mgr;
	uint32_t id;
	uint32_t ifindex;
};

/* What is at a hook. */
struct hooked {
	uint32_t program_id; /* 0: nothing, or the device has gone */
	uint32_t ifindex;    /* of its device, in the network namespace where that is */
	bool here;	     /* which is the caller's */
	bool filter;	     /* held by a filter */
	uint32_t in_front;   /* somebody else's program that sees packets first, 0 for none */
};

/* False for who may not see links. */
bool hook_look(const struct place *place, enum hook hook, struct hooked *hooked);

/*
 * Puts the instance there: attaches it in front of others, or takes the place of what is there
 * between two packets, or leaves what is the same. mode is of XDP alone.
 */
netfwv6_result hook_put(const struct place *place, enum hook hook, const struct device *device,
			const struct instance *instance, uint32_t mode);

/*
 * A program that takes the place of another, opened in advance, wherever its device is: -1 for
 * a filter. hook_swap() returns an errno value.
 */
netfwv6_result hook_open(const struct place *place, enum hook hook, int *link);
int hook_swap(const struct place *place, enum hook hook, int link, int program);

/* Takes off what is there; nothing is success. */
netfwv6_result hook_clear(const struct place *place, enum hook hook);

/* Unpins links of attachments that are not known. */
void hooks_sweep(const struct netfwv6_mgr *mgr,
		 bool (*known)(const struct netfwv6_mgr *, uint32_t id));

#endif
