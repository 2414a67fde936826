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
#include "instance.h"

/* Attaches; what is attached already is replaced if it differs. */
netfwv6_result egress_attach(struct netfwv6_mgr *mgr, const struct device *device,
			     const struct instance_spec *spec);

/*
 * Replaces what is attached, if anything is: to the device of that index here, or to one
 * that was moved away with it.
 */
netfwv6_result egress_replace(const struct netfwv6_mgr *mgr, uint32_t ifindex, bool here,
			      const struct instance_spec *spec);

/* The filter in the clsact qdisc alone: its program's id, 0 for none; an errno value. */
uint32_t egress_filter_program(const struct netfwv6_mgr *mgr, uint32_t ifindex);
int egress_put_filter(const struct netfwv6_mgr *mgr, uint32_t ifindex, int program);

/* Detaches, if it is attached; leaves nothing of ours. */
netfwv6_result egress_detach(const struct netfwv6_mgr *mgr, uint32_t ifindex);

/* The same for a device that was moved to another network namespace, by links alone. */
netfwv6_result egress_detach_elsewhere(const struct netfwv6_mgr *mgr, uint32_t ifindex);

netfwv6_result egress_detach_link(const struct netfwv6_mgr *mgr, uint32_t id);

/* Without the administration lock, too. False for who may not see it. */
bool egress_is_attached(const struct netfwv6_mgr *mgr, uint32_t ifindex);

/* The id of the link to a device here; 0 where there is none, or a filter. */
uint32_t egress_link_id(const struct netfwv6_mgr *mgr, uint32_t ifindex);

/*
 * Where the device of that link is now: its index there, and whether that is in this network
 * namespace. False when the link or its device is no more.
 */
bool egress_look(const struct netfwv6_mgr *mgr, uint32_t id, uint32_t *ifindex, bool *here);

/* May the caller see links at all? Likewise. */
bool egress_is_visible(const struct netfwv6_mgr *mgr);

/* Has any learning link a device, in whatever network namespace? */
bool egress_any_alive(const struct netfwv6_mgr *mgr);

/* Forgets links whose device is gone. */
void egress_tidy(const struct netfwv6_mgr *mgr);

/* A TCX link, by its pin. */
struct egress_link {
	char path[PIN_PATH_SIZE];
	uint32_t id, ifindex, program_id; /* ifindex 0: its device is gone */
};

/* Calls found for each pinned link, until it says that it has what it wants. */
bool egress_search(const struct netfwv6_mgr *mgr,
		   bool (*found)(const struct egress_link *link, void *context), void *context,
		   struct egress_link *link);

#endif
