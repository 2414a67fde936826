/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict on a packet's destination, at every hook: own setting, global setting, a
 * conversation that this side has. An open port takes one load or two, whatever the number of
 * rules and connections; so does a closed one under flood, and one that this side has sent
 * from a further one, for the marks. Only what is marked, or has got a question, is asked for.
 */
#ifndef NETFWV6_VERDICT_H
#define NETFWV6_VERDICT_H

#include "conversation.h"

/* Why a packet to a closed port is dropped. */
static __always_inline enum reason closed_reason(__u32 udp, bool in_use)
{
	_Static_assert(REASON_CLOSED_UDP == REASON_CLOSED_TCP + 1, "closed_reason");
	_Static_assert(REASON_UNMATCHED_UDP == REASON_UNMATCHED_TCP + 1, "closed_reason");
	return (in_use ? REASON_UNMATCHED_TCP : REASON_CLOSED_TCP) + udp;
}

static __always_inline bool is_packet_marked(packet_context *ctx, const struct packet *p, __u8 now)
{
	struct mark_key key;

	return read_mark_key(ctx, p, &key) && is_marked(&key, now);
}

/* Is the packet worth a look at sockets and flows? */
static __always_inline bool is_worth_asking(packet_context *ctx, const struct packet *p,
					    bool in_use)
{
	bool flood = is_under_flood();

	if (in_use && is_packet_marked(ctx, p, flood ? stamp_in_flood() : mark_stamp_now()))
		return true;
	return !flood && take_question();
}

static __always_inline int verdict_on_closed(packet_context *ctx, const struct packet *p,
					     __u64 policy)
{
	bool in_use = policy & ENTRY_IN_USE && !netfwv6_config.stateless;
	struct packet asked;
	int reason;

	/* Who gets a packet that is routed on is not who its addresses say. */
	if (p->routed || !is_worth_asking(ctx, p, in_use))
		return closed_reason(is_udp(p->protocol), in_use);
	asked = *p; /* so that the others stay in registers */
	reason = netfwv6_converse(ctx, &asked, is_open_elsewhere(policy));
	if (reason == NO_CONVERSATION)
		return closed_reason(is_udp(p->protocol), in_use);
	if (!in_use)
		mark_in_use(entry_of(p));
	return reason;
}

static __always_inline int verdict(packet_context *ctx, const struct packet *p)
{
	__u64 policy = policy_of(entry_of(p));

	if (is_own(policy))
		return REASON_OPEN_HERE;
	if (is_global(policy))
		return REASON_OPEN_GLOBAL;
	return verdict_on_closed(ctx, p, policy);
}

#endif
