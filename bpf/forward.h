/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a packet for somebody else? It is if each of those who may take it in here would route it on,
 * or a bridge would carry it on, or its frame is for a device in another network namespace. Who takes
 * it in is read from the kernel's own books, as it is at this moment: the device or its bridge, and
 * what stands on either.
 *
 * Whoever cannot be asked is taken for this host: "local" is also what no route leads to, what
 * arrives where forwarding is off, and every address that the routing table calls anything but
 * unicast. Routes with a tunnel of their own count as local, as seg6local ends in this host.
 *
 * Nobody knows here what is changed later: by REDIRECT, TPROXY or DNAT to this host, by routing
 * rules that go by marks, by a bridge's own rules. Who makes such rules is trusted with them.
 */
#ifndef NETFWV6_FORWARD_H
#define NETFWV6_FORWARD_H

#include <bpf/bpf_core_read.h>
#include "config.h"
#include "parse.h"

#define AF_INET6 10
#define ARPHRD_ETHER 1

/* More devices than this above one another are not asked. */
#define UPPERS_MAX 256

/* The part of the kernel's structures that is needed; the loader finds where it lies. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct list_head {
	struct list_head *next;
};
struct rtnl_link_ops {
	const char *kind;
};
typedef struct {
	void *net;
} possible_net_t;
struct net_device {
	struct {
		struct list_head upper;
	} adj_list;
	const unsigned char *dev_addr;
	void *rx_handler;
	const struct rtnl_link_ops *rtnl_link_ops;
	possible_net_t nd_net;
	int ifindex;
	unsigned short type;
};
struct netdev_adjacent {
	struct net_device *dev;
	bool master;
	struct list_head list;
};
struct xdp_rxq_info {
	struct net_device *dev;
};
struct xdp_buff {
	struct xdp_rxq_info *rxq;
};
struct sk_buff {
	struct net_device *dev;
};
#pragma clang attribute pop

/* A link-layer address in the low bytes, as it lies in memory. */
typedef __u64 mac;
#define MAC_IS_MULTICAST 1u

#if PACKET_IS_A_FRAME
static __always_inline struct net_device *packet_device(packet_context *ctx)
{
	return BPF_CORE_READ((struct xdp_buff *)ctx, rxq, dev);
}

/* A card may have taken a tag off, which the guard behind sees; without a guard it may be there. */
static __always_inline bool may_be_tagged(packet_context *ctx, const struct packet *p)
{
	(void)ctx;
	return p->ip != sizeof(struct ethhdr) || netfwv6_config.alone;
}

static __always_inline bool packet_mac(packet_context *ctx, mac *to)
{
	return packet_copy(ctx, 0, to, ETH_ALEN);
}
#else
static __always_inline struct net_device *packet_device(packet_context *ctx)
{
	return BPF_CORE_READ((struct sk_buff *)ctx, dev);
}

static __always_inline bool may_be_tagged(packet_context *ctx, const struct packet *p)
{
	return ctx->vlan_present || p->ip;
}

static __always_inline bool packet_mac(packet_context *ctx, mac *to)
{
	return bpf_skb_load_bytes_relative(ctx, 0, to, ETH_ALEN, BPF_HDR_START_MAC) == 0;
}
#endif

/* ---- Routes -------------------------------------------------------------------- */

/*
 * Would the host route it on, had it come in by the device? Rules may go by ports, if it shows any.
 * It is not inlined, so that the verifier reads it once.
 */
__noinline int netfwv6_routed(packet_context *ctx, const struct packet *p, __u32 ifindex,
			      bool shows_ports)
{
	struct bpf_fib_lookup route = { .family = AF_INET6, .ifindex = ifindex };
	struct ipv6_start ip = {};

	_Static_assert(offsetof(struct bpf_fib_lookup, ipv6_dst) ==
			       offsetof(struct bpf_fib_lookup, ipv6_src) + sizeof(struct in6_addr),
		       "both addresses are read at once");
	if (!p || !packet_copy(ctx, p->ip, &ip, sizeof(ip)) ||
	    !packet_copy(ctx, p->ip + sizeof(ip), route.ipv6_src, 2 * sizeof(struct in6_addr)) ||
	    (shows_ports && !packet_copy(ctx, p->l4, &route.sport, sizeof(struct l4_ports))))
		return false;
	route.flowinfo = LOAD_AT(__be32, &ip, 0) & bpf_htonl(0x0fffffff);
	route.l4_protocol = shows_ports ? p->protocol : ip.next;
	switch (bpf_fib_lookup(ctx, &route, sizeof(route), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return true;
	}
	return false;
}

/* Behind extension headers the kernel finds the ports of some packets, and of others not. */
static __always_inline bool is_routed_on(packet_context *ctx, const struct packet *p, __u32 ifindex)
{
	return netfwv6_routed(ctx, p, ifindex, true) &&
	       (p->l4 == p->ip + sizeof(struct ipv6hdr) || netfwv6_routed(ctx, p, ifindex, false));
}

/* ---- Devices ------------------------------------------------------------------- */

/* As 'ip link add type' has it. */
union kind {
	char text[8];
	__u64 word;
};
#define KIND(text) (((const union kind){ text }).word)

static __always_inline bool is_of_kind(const struct net_device *device, __u64 wanted)
{
	const char *at = BPF_CORE_READ(device, rtnl_link_ops, kind);
	union kind found = {};

	return bpf_probe_read_kernel_str(found.text, sizeof(found), at) > 0 && found.word == wanted;
}

static __always_inline bool has_mac(const struct net_device *device, mac wanted)
{
	mac found = 0;

	return !bpf_probe_read_kernel(&found, ETH_ALEN, BPF_CORE_READ(device, dev_addr)) &&
	       found == wanted;
}

static __always_inline struct netdev_adjacent *adjacent_of(struct list_head *entry)
{
	return (void *)entry - bpf_core_field_offset(struct netdev_adjacent, list);
}

/* A master is always the first of those above; NULL where there is none. */
static __always_inline struct net_device *master_of(struct net_device *device)
{
	struct list_head *first = BPF_CORE_READ(device, adj_list.upper.next);
	struct netdev_adjacent *adjacent = adjacent_of(first);

	if (first == &device->adj_list.upper || !BPF_CORE_READ(adjacent, master))
		return NULL;
	return BPF_CORE_READ(adjacent, dev);
}

static __always_inline bool has_more_than_a_master(struct net_device *device)
{
	return BPF_CORE_READ(device, adj_list.upper.next, next) != &device->adj_list.upper;
}

/* The device that is firewalled: frames of a bond come in by a member. */
static __always_inline struct net_device *firewalled_device(packet_context *ctx)
{
	struct net_device *device = packet_device(ctx);

	if ((__u32)BPF_CORE_READ(device, ifindex) != netfwv6_config.ifindex)
		device = master_of(device);
	return device && (__u32)BPF_CORE_READ(device, ifindex) == netfwv6_config.ifindex ? device :
											   NULL;
}

/* ---- Who takes a frame in -------------------------------------------------------- */

/* In this network namespace, by number. */
#define TAKERS_MAX 7
struct takers {
	__u32 n;
	__u32 ifindex[TAKERS_MAX];
};

/* What the look at all that stand on a device has to know, and has found. */
struct looking {
	struct list_head *entry, *end;
	const void *net;
	struct takers *takers;
	mac to;
	bool on_bridge, tagged;
	bool elsewhere; /* another network namespace takes the frame */
	bool in_doubt;
};

static __always_inline bool take(struct takers *takers, const struct net_device *device)
{
	__u32 n = takers->n;

	if (n >= TAKERS_MAX)
		return false;
	takers->ifindex[n] = BPF_CORE_READ(device, ifindex);
	takers->n = n + 1;
	return true;
}

/* What is handed on once more is not followed. VLANs on a bridge have frames by its address. */
static __always_inline void look_at(struct net_device *upper, struct looking *looking)
{
	if (!looking->on_bridge && is_of_kind(upper, KIND("vlan")))
		looking->in_doubt |= looking->tagged;
	else if (!has_mac(upper, looking->to))
		return;
	else if (BPF_CORE_READ(upper, nd_net.net) != looking->net)
		looking->elsewhere = true;
	else if (BPF_CORE_READ(upper, rx_handler) || !take(looking->takers, upper))
		looking->in_doubt = true;
}

static long look_at_next(__u32 i, struct looking *looking)
{
	struct list_head *entry = looking->entry; /* not a part of what the loader looks for */
	struct netdev_adjacent *adjacent = adjacent_of(entry);

	(void)i;
	if (entry == looking->end)
		return 1;
	if (!BPF_CORE_READ(adjacent, master))
		look_at(BPF_CORE_READ(adjacent, dev), looking);
	looking->entry = BPF_CORE_READ(entry, next);
	return 0;
}

/*
 * Finds who takes in a frame of a device, or of the bridge that it is a port of, which takes in
 * what is for itself and for its ports. False where that is in doubt, and where nobody does.
 */
static __always_inline bool find_takers(mac to, bool tagged, struct net_device *port,
					struct net_device *bridge, struct takers *takers)
{
	struct net_device *device = bridge ?: port;
	struct looking looking = {
		.entry = BPF_CORE_READ(device, adj_list.upper.next),
		.end = &device->adj_list.upper,
		.net = BPF_CORE_READ(device, nd_net.net),
		.takers = takers,
		.to = to,
		.on_bridge = bridge,
		.tagged = tagged,
	};

	bpf_loop(UPPERS_MAX, look_at_next, &looking, 0);
	if (looking.in_doubt || looking.entry != looking.end)
		return false;
	if (has_mac(device, to) || (bridge && has_mac(port, to)))
		return take(takers, device);
	return bridge || takers->n || looking.elsewhere;
}

/* It is not inlined, so that what asks the routes has its place on the stack. */
__noinline int netfwv6_takers(packet_context *ctx, const struct packet *p, struct takers *takers)
{
	struct net_device *port = firewalled_device(ctx), *master;
	mac to = 0;
	bool tagged;

	if (!p || !takers || !port)
		return false;
	master = master_of(port);
	if (master && is_of_kind(master, KIND("vrf")))
		master = NULL; /* it changes only what the routes are */
	if (BPF_CORE_READ(port, type) != ARPHRD_ETHER)
		return !master && take(takers, port);
	tagged = may_be_tagged(ctx, p);
	if ((master && !is_of_kind(master, KIND("bridge"))) ||
	    (master && tagged && has_more_than_a_master(port)) || !packet_mac(ctx, &to) ||
	    to & MAC_IS_MULTICAST)
		return false;
	return find_takers(to, tagged, port, master, takers);
}

/* Is it for others than this host? It is not inlined, as what is asked here is dropped else. */
__noinline int netfwv6_for_others(packet_context *ctx, const struct packet *p)
{
	struct takers takers = {};

	if (!p || !netfwv6_takers(ctx, p, &takers))
		return false;
	for (__u32 i = 0; i < TAKERS_MAX && i < takers.n; i++)
		if (!is_routed_on(ctx, p, takers.ifindex[i]))
			return false;
	return true;
}

#endif
