/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a packet that others sent, and this host sends on, come from inside? docs/conversations.md
 * has the rule, its proof, and the attack that each clause stops.
 */
#ifndef NETFWV6_INSIDE_H
#define NETFWV6_INSIDE_H

#include <linux/errno.h>
#include <linux/if_packet.h>
#include "came_in.h"
#include "parse.h"

#define AF_INET6 10

#define LOOKUP_BY_MARK (1u << 5) /* BPF_FIB_LOOKUP_MARK, from Linux 6.10 on */
#define VRF_MTU 65575		 /* a VRF's device has it, and no other: IP6_MAX_MTU */

/* The mark, as newer kernels take it, is where older ones know of link-layer addresses alone. */
static __always_inline void set_route_mark(struct bpf_fib_lookup *route, __u32 mark)
{
	__builtin_memcpy(route->smac, &mark, sizeof(mark));
}

/* The device of a VRF stands in the place of its members, which receive for it. */
static __always_inline bool is_vrf(packet_context *ctx, __u32 ifindex)
{
	__u32 mtu = 0;

	return bpf_check_mtu(ctx, ifindex, &mtu, 0, 0) >= 0 && mtu == VRF_MTU;
}

/*
 * Does the routing table lead the answer to where the packet came from? Where this host does not
 * forward what comes in by a device, or has no such device, it has not routed the packet: it
 * is of a child of the device it leaves by, in another network namespace.
 */
static __noinline bool leads_back(packet_context *ctx, const struct tuple *answer, __u8 protocol,
				  __u32 flags)
{
	struct bpf_fib_lookup route = {
		.family = AF_INET6,
		.l4_protocol = protocol,
		.sport = answer->ports.source,
		.dport = answer->ports.destination,
		.ifindex = ctx->ingress_ifindex,
	};

	__builtin_memcpy(route.ipv6_src, &answer->source, sizeof(answer->source));
	__builtin_memcpy(route.ipv6_dst, &answer->destination, sizeof(answer->destination));
	set_route_mark(&route, ctx->mark);
	switch (bpf_fib_lookup(ctx, &route, sizeof(route), flags)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return route.ifindex == ctx->ingress_ifindex || is_vrf(ctx, ctx->ingress_ifindex);
	case BPF_FIB_LKUP_RET_FWD_DISABLED:
	case -ENODEV:
		return true;
	}
	return false;
}

/* Answers seldom have the mark that the packet has; where the rules go by it, they do. */
static __always_inline bool is_way_back(packet_context *ctx, const struct tuple *answer,
					__u8 protocol)
{
	return leads_back(ctx, answer, protocol, 0) ||
	       (ctx->mark && leads_back(ctx, answer, protocol, LOOKUP_BY_MARK));
}

/*
 * Is it a frame of a child of this device, as a macvlan in a container that forwards for others?
 * What this host routes out here has the device's own link-layer address; a child has one of its
 * own. Of such a frame, the number of the device that it came in by is one of another namespace.
 */
static __noinline bool is_of_a_child(packet_context *ctx, const struct packet *p,
				     const struct tuple *answer)
{
	struct bpf_fib_lookup route = { .family = AF_INET6, .ifindex = ctx->ifindex };
	__u16 sender[ETH_ALEN / 2], own[ETH_ALEN / 2];

	if (p->ip < sizeof(struct ethhdr) || !packet_load(ctx, ETH_ALEN, sender, sizeof(sender)))
		return false;
	__builtin_memcpy(route.ipv6_src, &answer->destination, sizeof(answer->destination));
	__builtin_memcpy(route.ipv6_dst, &answer->source, sizeof(answer->source));
	if (bpf_fib_lookup(ctx, &route, sizeof(route), 0) != BPF_FIB_LKUP_RET_SUCCESS ||
	    route.ifindex != ctx->ifindex)
		return false;
	__builtin_memcpy(own, route.smac, sizeof(own));
	return sender[0] != own[0] || sender[1] != own[1] || sender[2] != own[2];
}

/*
 * Does it come from behind this host? What was bridged, which is to another link-layer address
 * than ours, comes from beside it.
 */
static __always_inline bool is_from_inside(packet_context *ctx, const struct tuple *answer,
					   __u8 protocol)
{
	return !came_in(ctx) &&
	       (ctx->pkt_type != PACKET_HOST || is_way_back(ctx, answer, protocol));
}

#endif
