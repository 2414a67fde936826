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
#include "maps.h"
#include "marks.h"
#include "plain.h"
#include "report.h"

#define NO_SHORTCUT (-1)

static __always_inline bool is_plain_marked(const void *frame, __u8 protocol)
{
	const struct mark_key key = {
		.remote = { LOAD_AT(__u64, frame, PLAIN_SOURCE),
			    LOAD_AT(__u64, frame, PLAIN_SOURCE + 8) },
		.ports = LOAD_AT(__u32, frame, PLAIN_L4),
		.protocol = protocol,
	};

	return is_marked(&key, netfwv6_budget.spent_stamp);
}

static __always_inline int decide_at_once(const void *frame, __u32 entry)
{
	__u64 policy = policy_of(entry);

	if (is_own(policy))
		return REASON_OPEN_HERE;
	if (is_global(policy))
		return REASON_OPEN_GLOBAL;
	if (!is_spent())
		return NO_SHORTCUT;
	if (!(policy & ENTRY_IN_USE) || netfwv6_config.stateless)
		return closed_reason(entry);
	return is_plain_marked(frame, protocol_of(entry)) ? NO_SHORTCUT : unmatched_reason(entry);
}

/*
 * Not inlined, so that a flood to unused ports has the shortest way. But static: what the
 * verifier knows of the frame holds here, too.
 */
static __noinline int shortcut_by_policy(packet_context *ctx, const void *frame, __u32 entry,
					 __u32 length)
{
	int reason = decide_at_once(frame, entry);

	if (reason == NO_SHORTCUT)
		return NO_SHORTCUT;
	account(reason, length);
	if (reason < REASON_FIRST_DROP)
		return XDP_PASS;
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
	/* To be kept in one register each, and not what they were made of. */
	barrier_var(plain.entry);
	barrier_var(plain.length);
	if (quiet && is_unused(plain.entry)) {
		account(closed_reason(plain.entry), plain.length);
		return XDP_DROP;
	}
	return shortcut_by_policy(ctx, plain.frame, plain.entry, plain.length);
}

#endif
