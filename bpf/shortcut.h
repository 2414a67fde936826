/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shortcuts of plain packets: those to a port that is open, and in a flood, in a jiffy
 * whose questions are spent, those to one that is closed. The bitmaps behind the port table
 * decide, or its entry; where the port is in use, the marks as well. The long way would say
 * the same.
 */
#ifndef NETFWV6_SHORTCUT_H
#define NETFWV6_SHORTCUT_H

#include "account.h"
#include "budget.h"
#include "dropped.h"
#include "frame.h"
#include "maps.h"
#include "marks.h"
#include "pass.h"
#include "report.h"

#define NO_SHORTCUT (-1)

/* Not inlined, so that the shortcut stays short. */
__noinline int netfwv6_tell_plain_drop(packet_context *ctx, __u32 reason, __u32 taps)
{
	struct packet p = packet_of(ctx);

	return parse_plain(ctx, &p) ? netfwv6_tell_drop(ctx, &p, reason, false, taps) : 0;
}

/* Of a plain packet. */
static __always_inline void report_plain_drop(packet_context *ctx, __u32 entry, __u32 reason)
{
	__u32 taps = netfwv6_note_drop(entry, reason);

	if (taps)
		netfwv6_tell_plain_drop(ctx, reason, taps);
}

static __always_inline bool is_plain_marked(packet_context *ctx, __u32 udp)
{
	struct mark_key key = { .protocol = udp ? IPPROTO_UDP : IPPROTO_TCP };
	const void *frame;

	if (!bytes_in_place(ctx, 0, PLAIN_L4 + sizeof(struct l4_ports), &frame))
		return true; /* never: it is plain */
	key.remote[0] = LOAD_AT(__u64, frame, PLAIN_SOURCE);
	key.remote[1] = LOAD_AT(__u64, frame, PLAIN_SOURCE + 8);
	key.ports = LOAD_AT(__u32, frame, PLAIN_L4);
	return is_marked(&key, netfwv6_budget.spent_stamp);
}

static __always_inline int decide_at_once(packet_context *ctx, __u64 policy, __u32 udp)
{
	if (is_own(policy))
		return REASON_OPEN_HERE;
	if (is_global(policy))
		return REASON_OPEN_GLOBAL;
	if (!is_spent())
		return NO_SHORTCUT;
	if (!(policy & ENTRY_IN_USE) || netfwv6_config.stateless)
		return closed_reason(udp);
	return is_plain_marked(ctx, udp) ? NO_SHORTCUT : unmatched_reason(udp);
}

/* Of a plain packet. Not inlined, so that a flood to unused ports has the shortest way. */
__noinline int netfwv6_shortcut(packet_context *ctx, __u32 udp, __u16 port, __u32 length)
{
	__u32 entry = port_entry(udp, port);
	int reason = decide_at_once(ctx, policy_of(entry), udp);

	if (reason == NO_SHORTCUT)
		return NO_SHORTCUT;
	if (reason < REASON_FIRST_DROP)
		return pass_judged(ctx, reason);
	account(reason, 1, length);
	if (drops_matter())
		report_plain_drop(ctx, entry, reason);
	return XDP_DROP;
}

/* The verdict on a packet, or NO_SHORTCUT. */
static __always_inline int shortcut(packet_context *ctx)
{
	bool quiet = is_quiet();
	struct plain plain;

	if (!read_plain(ctx, &plain))
		return NO_SHORTCUT;
	barrier_var(plain.length); /* in one register */
	if (quiet && is_unused(plain_entry(&plain))) {
		account(closed_reason(plain.udp), 1, plain.length);
		return XDP_DROP;
	}
	return netfwv6_shortcut(ctx, plain.udp, plain.port, plain.length);
}

#endif
