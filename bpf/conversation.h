/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets of a conversation that this side already has pass though their port is closed.
 *
 * Nothing here lets strangers in. A match sets the marks, which heals those that were missed
 * because the query left through a device without an egress program.
 */
#ifndef NETFWV6_CONVERSATION_H
#define NETFWV6_CONVERSATION_H

#include "conntrack.h"
#include "flows.h"
#include "socket_lookup.h"
#include "verdict.h"

#define NO_CONVERSATION (-3)

/* Does a socket of exactly this connection want the segment? A listener never counts. */
static __always_inline bool tcp_socket_wants(packet_context *ctx, struct tuple *t, __u8 flags)
{
	__u32 state = tcp_socket_state(ctx, t, false);

	if (is_bare_syn(flags))
		return state == BPF_TCP_SYN_SENT;
	return state != NO_SOCKET && state != BPF_TCP_LISTEN;
}

/* Does connection tracking have the conversation, and translate it back to who began it? */
static __always_inline bool is_still_translated(packet_context *ctx, struct tuple *t, __u8 protocol,
						const struct flow *flow)
{
	return is_begun_by(ctx, t, protocol, flow->beginner);
}

/*
 * Has a machine behind this one, or a socket that ingress cannot find, this connection? What is
 * translated begins with no SYN from there: tracking would leave it to a listener of this host.
 */
static __always_inline bool tcp_flow_wants(packet_context *ctx, struct tuple *t, struct flow *flow,
					   __u8 flags)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	__u32 seen;

	if (!flow || now > flow->expires)
		return false;
	if (flow->beginner &&
	    (is_bare_syn(flags) || !is_still_translated(ctx, t, IPPROTO_TCP, flow)))
		return false;
	seen = flow->seen;
	if (is_bare_syn(flags))
		return seen & FLOW_SYN_OUT; /* both sides began at the same time */
	/* Once it has ended, what arrives does not prolong it. */
	if (seen & (FLOW_RESET_OUT | FLOW_RESET_IN) || is_closed(seen))
		return true;
	seen = (seen & ~FLOW_SYN_OUT) | FLOW_ESTABLISHED;
	if (flags & TCP_FIN)
		seen |= FLOW_FIN_IN;
	if (flags & TCP_RST)
		seen |= FLOW_RESET_IN;
	flow_update(flow, seen, now + tcp_lifetime(seen));
	return true;
}

static __always_inline int tcp_conversation(packet_context *ctx, const struct packet *p,
					    struct tuple *t)
{
	struct flow_key key = flow_key_of(t, netfwv6_config.ifindex);
	__u8 flags;

	if (!read_tcp_flags(ctx, p, &flags))
		return NO_CONVERSATION;
	if (tcp_socket_wants(ctx, t, flags))
		return REASON_ESTABLISHED;
	if (tcp_flow_wants(ctx, t, bpf_map_lookup_elem(&nf6_tcp, &key), flags))
		return REASON_FLOW;
	if (tcp_flow_wants(ctx, t, bpf_map_lookup_elem(&nf6_tcp_answers, &key), flags))
		return REASON_FLOW;
	return NO_CONVERSATION;
}

static __always_inline bool udp_lives(const struct flow *flow)
{
	return flow && bpf_ktime_get_coarse_ns() <= flow->expires;
}

static __always_inline bool udp_flow_lives(const struct flow_key *key)
{
	return udp_lives(bpf_map_lookup_elem(&nf6_udp, key));
}

/* A flow of exactly these ends, which may be translated; of strangers, for an open port. */
static __always_inline bool udp_flow_wants(packet_context *ctx, struct tuple *t,
					   const struct flow *flow, bool counts)
{
	if (!udp_lives(flow))
		return false;
	return flow->beginner ? is_still_translated(ctx, t, IPPROTO_UDP, flow) : counts;
}

/* Has a group been asked from there? */
static __always_inline bool udp_group_wants(const struct tuple *t, struct flow_key *key)
{
	__u32 ifindex = netfwv6_config.ifindex;

	widen_to_group(key, true, ifindex);
	if (udp_flow_lives(key))
		return true;
	widen_to_group(key, false, ifindex);
	if (udp_flow_lives(key))
		return true;
	widen_to_neighbours(key, ifindex);
	return is_neighbours(t) && udp_flow_lives(key);
}

static __always_inline int udp_conversation(packet_context *ctx, struct tuple *t,
					    bool open_elsewhere)
{
	struct flow_key key = flow_key_of(t, netfwv6_config.ifindex);

	if (udp_socket_connected(ctx, t, false))
		return REASON_UDP_REPLY;
	if (udp_flow_wants(ctx, t, bpf_map_lookup_elem(&nf6_udp, &key), true) ||
	    udp_flow_wants(ctx, t, bpf_map_lookup_elem(&nf6_udp_answers, &key), open_elsewhere) ||
	    udp_group_wants(t, &key))
		return REASON_FLOW;
	return NO_CONVERSATION;
}

/*
 * The reason for which a parsed packet to a closed port passes, or NO_CONVERSATION. The caller
 * has found a mark, or taken a question. It is not inlined, so that the way of other packets
 * stays short.
 */
__noinline int netfwv6_converse(packet_context *ctx, const struct packet *p, bool open_elsewhere)
{
	struct tuple t = {}; /* for the verifier of 6.18: no helper may be the first to write it */
	struct mark_key key;
	int reason;

	if (!p || !read_tuple(ctx, p, &t))
		return NO_CONVERSATION;
	reason = p->protocol == IPPROTO_TCP ? tcp_conversation(ctx, p, &t) :
					      udp_conversation(ctx, &t, open_elsewhere);
	if (reason != NO_CONVERSATION) {
		key = mark_key_of(&t, p->protocol);
		set_mark(&key);
	}
	return reason;
}

static __always_inline int verdict_on_asked(packet_context *ctx, const struct packet *p,
					    __u64 policy)
{
	struct packet asked = *p; /* a copy, so that the original stays in registers */
	int reason = netfwv6_converse(ctx, &asked, is_open_elsewhere(policy));

	if (reason == NO_CONVERSATION && is_forwarded(ctx, p))
		return REASON_FORWARDED;
	if (reason == NO_CONVERSATION)
		return closed_reason(is_udp(p->protocol), is_in_use(policy));
	if (!is_in_use(policy))
		mark_in_use(entry_of(p));
	return reason;
}

/* Why a parsed packet passes or is dropped. */
static __always_inline int verdict(packet_context *ctx, const struct packet *p)
{
	__u64 policy = policy_of(entry_of(p));
	int reason = verdict_by_port(ctx, p, policy);

	return reason == ASK_CONVERSATIONS ? verdict_on_asked(ctx, p, policy) : reason;
}

#endif
