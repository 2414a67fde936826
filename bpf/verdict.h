/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict on a packet's destination goes by ports and marks: the own setting, the global
 * setting, and whether a conversation is worth looking for. An open port takes one load or two,
 * whatever the number of rules and connections; so does a closed one under flood, and one that
 * this side has sent from takes another, for the marks.
 */
#ifndef NETFWV6_VERDICT_H
#define NETFWV6_VERDICT_H

#include "config.h"
#include "flood.h"
#include "maps.h"
#if PASSES_FORWARDED
#include "forward.h"
#endif

#define ASK_CONVERSATIONS (-2) /* in the place of a reason */

/* Why a packet to a closed port is dropped. */
static __always_inline enum reason closed_reason(__u32 udp, bool in_use)
{
	_Static_assert(REASON_CLOSED_UDP == REASON_CLOSED_TCP + 1, "closed_reason");
	_Static_assert(REASON_UNMATCHED_UDP == REASON_UNMATCHED_TCP + 1, "closed_reason");
	return (in_use ? REASON_UNMATCHED_TCP : REASON_CLOSED_TCP) + udp;
}

/* Has this side sent from the port? */
static __always_inline bool is_in_use(__u64 policy)
{
	return policy & ENTRY_IN_USE && !netfwv6_config.stateless;
}

static __always_inline bool is_packet_marked(packet_context *ctx, const struct packet *p, __u8 now)
{
	struct mark_key key;

	return read_mark_key(ctx, p, &key) && is_marked(&key, now);
}

/* Under flood the time stands still. */
static __always_inline bool is_promised(packet_context *ctx, const struct packet *p, bool in_use,
					bool flood)
{
	return in_use && is_packet_marked(ctx, p, flood ? stamp_in_flood() : mark_stamp_now());
}

/* What no rule lets pass is dropped, unless others filter it. */
static __always_inline bool is_forwarded(packet_context *ctx, const struct packet *p)
{
#if PASSES_FORWARDED
	return netfwv6_for_others(ctx, p);
#else
	(void)ctx, (void)p;
	return false;
#endif
}

/*
 * A reason, or ASK_CONVERSATIONS. The addresses of a routed packet do not say who gets it. What is
 * forwarded takes no question, as there may be as much of it as of a flood.
 */
static __always_inline int verdict_by_port(packet_context *ctx, const struct packet *p,
					   __u64 policy)
{
	bool in_use = is_in_use(policy), flood;

	if (is_own(policy))
		return REASON_OPEN_HERE;
	if (is_global(policy))
		return REASON_OPEN_GLOBAL;
	flood = is_under_flood();
	if (!p->routed && is_promised(ctx, p, in_use, flood))
		return ASK_CONVERSATIONS;
	if (is_forwarded(ctx, p))
		return REASON_FORWARDED;
	if (p->routed || flood || !take_question())
		return closed_reason(is_udp(p->protocol), in_use);
	return ASK_CONVERSATIONS;
}

#endif
