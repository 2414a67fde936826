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
#include "conntrack.h"
#include "flows.h"
#include "inside.h"
#include "marks.h"
#include "socket_lookup.h"

#define PORT_MDNS 5353

/* What a packet that leaves teaches. */
struct lesson {
	struct tuple answer;  /* who will talk to whom in the answer to it */
	__u32 beginner;	      /* of a translated conversation, else 0 */
	bool strangers;	      /* it came in from outside, so its conversation is translated */
	bool open;	      /* its port is open here */
	bool open_elsewhere;  /* strangers can talk to it through another connection */
	__u8 protocol, flags; /* of TCP, else 0 */
};

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

/* Has a living flow the same one as who began it? */
static __noinline bool is_known(packet_context *ctx, const struct lesson *l)
{
	struct flow_key key = flow_key_of(&l->answer, ctx->ifindex);
	const struct flow *flow = l->strangers ? bpf_map_lookup_elem(&nf6_udp_answers, &key) :
						 bpf_map_lookup_elem(&nf6_udp, &key);

	return flow && flow->beginner == l->beginner && bpf_ktime_get_coarse_ns() <= flow->expires;
}

/* TCP of late marked was found to be translated then; that of strangers begins with a SYN. */
static __noinline bool is_worth_tracking(const struct lesson *l)
{
	struct mark_key key = mark_key_of(&l->answer, l->protocol);

	if (l->protocol == IPPROTO_UDP || is_bare_syn(l->flags))
		return true;
	return !l->strangers && !is_marked_now(&key);
}

/* Is it translated, and did somebody begin it who is where the packet came from? */
static __noinline bool is_begun_by_translation(packet_context *ctx, struct lesson *l)
{
	struct tuple began = {}, back;

	if (!is_worth_tracking(l) || !find_beginning(ctx, &l->answer, l->protocol, &began))
		return false;
	back = answer_to(&began);
	l->beginner = beginner_of(&began, l->protocol);
	return (l->protocol == IPPROTO_UDP && is_known(ctx, l)) ||
	       is_way_back(ctx, &back, l->protocol);
}

/* Did this host send it? Then no device has received it. */
static __always_inline bool is_sent_here(packet_context *ctx)
{
	return !ctx->ingress_ifindex;
}

/* May the packet teach anything? */
static __always_inline bool may_teach(packet_context *ctx, const struct packet *p, struct lesson *l)
{
	if (is_sent_here(ctx) || is_from_inside(ctx, &l->answer, l->protocol))
		return true;
	l->strangers = came_in(ctx);
	return is_begun_by_translation(ctx, l) ||
	       (!l->strangers && is_of_a_child(ctx, p, &l->answer));
}

/* Does it have the port that its socket has? Then nobody has translated that. */
static __always_inline bool has_own_port(packet_context *ctx, const struct lesson *l)
{
	const struct bpf_sock *sk = ctx->sk;

	return sk && sk->src_port == bpf_ntohs(l->answer.ports.destination);
}

/* Who began the conversation of a new flow: of what this host sends, tracking is asked here. */
static __always_inline __u32 beginner_of_new(packet_context *ctx, struct lesson *l)
{
	struct tuple began = {};

	if (!is_sent_here(ctx) || has_own_port(ctx, l) ||
	    !find_beginning(ctx, &l->answer, l->protocol, &began))
		return l->beginner;
	return beginner_of(&began, l->protocol);
}

/* Takes a flow over for who is known to have the conversation now. */
static __always_inline void renew_beginner(packet_context *ctx, const struct lesson *l,
					   struct flow *flow)
{
	if (flow->beginner != l->beginner && (!is_sent_here(ctx) || has_own_port(ctx, l)))
		flow->beginner = l->beginner;
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

static __always_inline bool refresh_tcp(packet_context *ctx, const struct lesson *l,
					struct flow *flow, __u64 now)
{
	__u32 seen;

	if (!flow)
		return false;
	if (now > flow->expires && l->flags & TCP_RST)
		return true; /* it stays dead */
	seen = tcp_seen(now > flow->expires ? 0 : flow->seen, l->flags);
	flow_update(flow, seen, now + tcp_lifetime(seen));
	renew_beginner(ctx, l, flow);
	return true;
}

/*
 * A connection attempt of this side goes into the table of what began here, unless
 * its port is open anyway. Segments behind a handshake that was not seen go into a
 * table of their own, as strangers may have begun such a connection, and so do strangers whose
 * connection is translated. A SYN+ACK answers an attempt, and a reset anything: neither is learned.
 */
static __always_inline void learn_tcp(packet_context *ctx, struct lesson *l)
{
	struct flow_key key = flow_key_of(&l->answer, ctx->ifindex);
	__u64 now = bpf_ktime_get_coarse_ns();
	struct flow new = {};
	__u32 state;

	state = l->beginner ? NO_SOCKET : tcp_socket_state(ctx, &l->answer, true);
	if (state != NO_SOCKET && state != BPF_TCP_LISTEN)
		return;
	if (refresh_tcp(ctx, l, bpf_map_lookup_elem(&nf6_tcp, &key), now) ||
	    refresh_tcp(ctx, l, bpf_map_lookup_elem(&nf6_tcp_answers, &key), now))
		return;
	if (l->flags & TCP_RST || is_syn_ack(l->flags) || (is_bare_syn(l->flags) && l->open))
		return;
	new.seen = tcp_seen(0, l->flags);
	new.expires = now + tcp_lifetime(new.seen);
	new.beginner = beginner_of_new(ctx, l);
	if (is_bare_syn(l->flags) && !l->strangers)
		bpf_map_update_elem(&nf6_tcp, &key, &new, BPF_ANY);
	else
		bpf_map_update_elem(&nf6_tcp_answers, &key, &new, BPF_ANY);
}

static __always_inline void keep_udp(packet_context *ctx, struct lesson *l, void *table,
				     const struct flow_key *key, __u64 seconds)
{
	struct flow new = { .expires = bpf_ktime_get_coarse_ns() + seconds * SECOND };
	struct flow *flow = bpf_map_lookup_elem(table, key);

	if (flow) {
		flow_update(flow, 0, new.expires);
		renew_beginner(ctx, l, flow);
		return;
	}
	new.beginner = beginner_of_new(ctx, l);
	bpf_map_update_elem(table, key, &new, BPF_ANY);
}

/*
 * Answers come to the asker, or as in mDNS to the group. On the link they may come from any port,
 * but not where everybody asks and answers from the same one.
 */
static __always_inline void learn_question(packet_context *ctx, struct lesson *l)
{
	struct flow_key key = flow_key_of(&l->answer, ctx->ifindex);
	bool on_link = stays_on_link(&l->answer.source);
	__be16 asked = key.remote_port;

	widen_to_group(&key, on_link, ctx->ifindex);
	if (on_link && key.local_port != bpf_htons(PORT_MDNS))
		key.remote_port = 0;
	keep_udp(ctx, l, &nf6_udp, &key, FLOW_SECONDS_MULTICAST);
	key.remote_port = asked;
	key.local = l->answer.source;
	keep_udp(ctx, l, &nf6_udp, &key, FLOW_SECONDS_MULTICAST);
}

/*
 * From a port that is open on another connection, an answer may leave here to a stranger that
 * asked there. It has a table of its own, so that it pushes nothing out that this side began.
 */
static __always_inline void learn_udp(packet_context *ctx, struct lesson *l)
{
	struct flow_key key = flow_key_of(&l->answer, ctx->ifindex);

	if (is_multicast(&l->answer.source))
		learn_question(ctx, l);
	else if (!l->beginner && udp_socket_connected(ctx, &l->answer, true))
		return;
	else if (l->open_elsewhere || l->strangers)
		keep_udp(ctx, l, &nf6_udp_answers, &key, FLOW_SECONDS_UDP);
	else
		keep_udp(ctx, l, &nf6_udp, &key, FLOW_SECONDS_UDP);
}

/*
 * Marks the conversation, unless strangers could begin it: a SYN or a datagram to an open port,
 * whose sender's address may be forged, leaves no mark.
 */
static __always_inline void mark_conversation(const struct lesson *l)
{
	struct mark_key key = mark_key_of(&l->answer, l->protocol);

	if (l->protocol == IPPROTO_UDP ? l->open : l->flags & TCP_RST || is_syn_ack(l->flags))
		return;
	if (l->protocol == IPPROTO_UDP && is_multicast(&l->answer.source))
		set_group_mark(&key);
	else
		set_mark(&key);
}

/* Reads who speaks to whom. The answer to a packet that is routed on comes from another address. */
static __always_inline bool read_lesson(packet_context *ctx, const struct packet *p,
					struct lesson *l)
{
	struct tuple leaving;

	l->flags = 0;
	if (p->routed || !read_tuple(ctx, p, &leaving) ||
	    (p->protocol == IPPROTO_TCP && !read_tcp_flags(ctx, p, &l->flags)))
		return false;
	l->protocol = p->protocol;
	l->answer = answer_to(&leaving);
	l->beginner = 0;
	l->strangers = false;
	return true;
}

static __always_inline void learn_packet(packet_context *ctx, const struct packet *p)
{
	struct lesson lesson;
	volatile __u64 *entry;
	__u64 policy;
	__u32 key;

	if (!read_lesson(ctx, p, &lesson) || !may_teach(ctx, p, &lesson))
		return;
	key = port_entry(is_udp(p->protocol), bpf_ntohs(lesson.answer.ports.destination));
	entry = table_at(key);
	if (!entry)
		return; /* never: the table has it */
	policy = *entry;
	/* A reset answers anything that was sent, so it makes no mark. */
	if (!(policy & ENTRY_IN_USE) && !(lesson.flags & TCP_RST))
		mark_in_use(key);
	lesson.open = is_own(policy) || is_global(policy);
	lesson.open_elsewhere = is_open_elsewhere(policy);
	mark_conversation(&lesson);
	if (p->protocol == IPPROTO_TCP)
		learn_tcp(ctx, &lesson);
	else if (!lesson.open)
		learn_udp(ctx, &lesson);
}

#endif
