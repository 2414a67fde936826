/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Remembers of what leaves as much as ingress will need: a mark of the conversation, and a
 * flow where ingress could not find a socket. Whether it will find one is asked as ingress
 * asks, with the tuple reversed; the socket that sent the packet proves nothing, as it may be
 * another namespace's.
 */
#ifndef NETFWV6_LEARN_H
#define NETFWV6_LEARN_H

#include "config.h"
#include "flows.h"
#include "marks.h"
#include "socket_lookup.h"

#define AF_INET6 10

/* Who will talk to whom in the answer to a packet that leaves. */
static __always_inline struct tuple answer_to(const struct tuple *leaving)
{
	return (struct tuple){
		.source = leaving->destination,
		.destination = leaving->source,
		.ports = { .source = leaving->ports.destination,
			   .destination = leaving->ports.source },
	};
}

/*
 * Does a packet that others sent leave to where it came from? Then no machine behind this host
 * sent it: an outsider did, perhaps with a local address, to be let in by the answer. On a
 * bridge the device that it leaves by is another than the one that routing saw.
 */
static __always_inline bool turns_back(packet_context *ctx, const struct tuple *t)
{
	struct bpf_fib_lookup route = { .family = AF_INET6, .ifindex = ctx->ingress_ifindex };

	if (ctx->ingress_ifindex == ctx->ifindex)
		return true;
	__builtin_memcpy(route.ipv6_src, &t->source, sizeof(t->source));
	__builtin_memcpy(route.ipv6_dst, &t->destination, sizeof(t->destination));
	switch (bpf_fib_lookup(ctx, &route, sizeof(route), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return route.ifindex == ctx->ingress_ifindex;
	}
	return false;
}

/*
 * Is it a stranger's packet that this host only forwards? What came in through a
 * firewalled device is an attempt to an open port, or of a conversation that is known.
 */
static __always_inline bool is_strangers(packet_context *ctx, const struct tuple *t)
{
	__u32 came_by = ctx->ingress_ifindex;

	if (!came_by)
		return false; /* it is this host's own, or was translated here */
	return bpf_map_lookup_elem(&nf6_filtered, &came_by) || turns_back(ctx, t);
}

/* What a leaving segment makes of a flow; 0 seen before means there was none. */
static __always_inline __u32 tcp_seen(__u32 before, __u8 flags)
{
	if (is_bare_syn(flags))
		return FLOW_SYN_OUT; /* begins anew */
	before &= ~FLOW_SYN_OUT;
	if (flags & TCP_RST)
		return before | FLOW_RESET_OUT;
	/* This side talks on: a reset that arrived was not its peer's. */
	return (before & ~(FLOW_RESET_OUT | FLOW_RESET_IN)) | FLOW_ESTABLISHED |
	       (flags & TCP_FIN ? FLOW_FIN_OUT : 0);
}

static __always_inline bool refresh_tcp(struct flow *flow, __u8 flags, __u64 now)
{
	__u32 seen;

	if (!flow)
		return false;
	if (now > flow->expires && flags & TCP_RST)
		return true; /* it stays dead */
	seen = tcp_seen(now > flow->expires ? 0 : flow->seen, flags);
	flow_update(flow, seen, now + tcp_lifetime(seen));
	return true;
}

/*
 * A connection attempt of this side goes into the table of what began here, unless
 * its port is open anyway. Segments behind a handshake that was not seen go into a
 * table of their own, as strangers may have begun such a connection. A SYN+ACK answers
 * an attempt, and a reset anything: neither is learned.
 */
static __always_inline void learn_tcp(packet_context *ctx, struct tuple *answer, __u8 flags,
				      bool open)
{
	struct flow_key key = flow_key_of(answer, ctx->ifindex);
	__u32 state = tcp_socket_state(ctx, answer, true);
	__u64 now = bpf_ktime_get_coarse_ns();
	struct flow new = {};

	if (state != NO_SOCKET && state != BPF_TCP_LISTEN)
		return;
	if (refresh_tcp(bpf_map_lookup_elem(&nf6_tcp, &key), flags, now) ||
	    refresh_tcp(bpf_map_lookup_elem(&nf6_tcp_answers, &key), flags, now))
		return;
	new.seen = tcp_seen(0, flags);
	new.expires = now + tcp_lifetime(new.seen);
	if (!(flags & (TCP_SYN | TCP_RST)))
		bpf_map_update_elem(&nf6_tcp_answers, &key, &new, BPF_ANY);
	else if (is_bare_syn(flags) && !open)
		bpf_map_update_elem(&nf6_tcp, &key, &new, BPF_ANY);
}

static __always_inline void keep_udp(void *table, const struct flow_key *key, __u64 seconds)
{
	struct flow new = { .expires = bpf_ktime_get_coarse_ns() + seconds * SECOND };
	struct flow *flow = bpf_map_lookup_elem(table, key);

	if (flow)
		flow_update(flow, 0, new.expires);
	else
		bpf_map_update_elem(table, key, &new, BPF_ANY);
}

/*
 * From a port that is open on another connection, an answer may leave here to a stranger that
 * asked there. It has a table of its own, so that it pushes nothing out that this side began.
 */
static __always_inline void learn_udp(packet_context *ctx, struct tuple *answer,
				      bool open_elsewhere)
{
	struct flow_key key = flow_key_of(answer, ctx->ifindex);

	if (is_multicast(&answer->source)) {
		/* Answers come to the asker, or as in mDNS to the group. */
		widen_to_group(&key, stays_on_link(&answer->source), ctx->ifindex);
		keep_udp(&nf6_udp, &key, FLOW_SECONDS_MULTICAST);
		key.local = answer->source;
		keep_udp(&nf6_udp, &key, FLOW_SECONDS_MULTICAST);
	} else if (!udp_socket_connected(ctx, answer, true)) {
		if (open_elsewhere)
			keep_udp(&nf6_udp_answers, &key, FLOW_SECONDS_UDP);
		else
			keep_udp(&nf6_udp, &key, FLOW_SECONDS_UDP);
	}
}

/*
 * Marks the conversation, unless strangers could begin it: a SYN or a datagram to an open port,
 * whose sender's address may be forged, leaves no mark.
 */
static __always_inline void mark_conversation(const struct tuple *answer, __u8 protocol, __u8 flags,
					      bool open)
{
	struct mark_key key = mark_key_of(answer, protocol);

	if (protocol == IPPROTO_UDP ? open : flags & TCP_RST || is_syn_ack(flags))
		return;
	if (protocol == IPPROTO_UDP && is_multicast(&answer->source))
		set_group_mark(&key);
	else
		set_mark(&key);
}

static __always_inline void learn_packet(packet_context *ctx, const struct packet *p)
{
	volatile __u64 *entry;
	__u64 policy;
	struct tuple t, answer;
	__u8 flags = 0;
	bool open;
	__u32 key;

	/* The answer to a packet that is routed on comes from another address. */
	if (p->routed || !read_tuple(ctx, p, &t) ||
	    (p->protocol == IPPROTO_TCP && !read_tcp_flags(ctx, p, &flags)) ||
	    is_strangers(ctx, &t))
		return;
	key = port_entry(is_udp(p->protocol), bpf_ntohs(t.ports.source));
	entry = table_at(key);
	if (!entry)
		return; /* never: the table has it */
	policy = *entry;
	/* A reset answers anything that was sent, so it makes no mark. */
	if (!(policy & ENTRY_IN_USE) && !(flags & TCP_RST))
		mark_in_use(key);
	answer = answer_to(&t);
	open = is_own(policy) || is_global(policy);
	mark_conversation(&answer, p->protocol, flags, open);
	if (p->protocol == IPPROTO_TCP)
		learn_tcp(ctx, &answer, flags, open);
	else if (!open)
		learn_udp(ctx, &answer, is_open_elsewhere(policy));
}

#endif
