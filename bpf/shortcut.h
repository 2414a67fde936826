/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shortcuts of plain packets: those to a port that is open, and in a flood, in a jiffy
 * whose questions are spent, those to one that is closed. One load decides, from the port
 * table's summary or from the table; where the port is in use, a second one from the marks.
 * The long way would say the same.
 */
#ifndef NETFWV6_SHORTCUT_H
#define NETFWV6_SHORTCUT_H

#include "account.h"
#include "budget.h"
#include "dropped.h"
#include "maps.h"
#include "marks.h"
#include "plain.h"

#define NO_SHORTCUT (-1)

static __always_inline bool is_plain_marked(const struct plain *plain)
{
	const struct mark_key key = {
		.remote = { PLAIN_LOAD(__u64, plain->frame, PLAIN_SOURCE),
			    PLAIN_LOAD(__u64, plain->frame, PLAIN_SOURCE + 8) },
		.ports = PLAIN_LOAD(__u32, plain->frame, PLAIN_L4),
		.protocol = plain->protocol,
	};

	return is_marked(&key, netfwv6_budget.quiet_stamp);
}

static __always_inline int decide_at_once(const struct plain *plain, __u64 policy)
{
	if (is_own(policy))
		return REASON_OPEN_HERE;
	if (is_global(policy))
		return REASON_OPEN_GLOBAL;
	if (!is_quiet())
		return NO_SHORTCUT;
	if (!(policy & ENTRY_IN_USE) || netfwv6_config.stateless)
		return closed_reason(plain->protocol);
	return is_plain_marked(plain) ? NO_SHORTCUT : unmatched_reason(plain->protocol);
}

/* Not inlined, so that a flood to unused ports has the shortest way. */
__noinline int netfwv6_shortcut(packet_context *ctx)
{
	const volatile __u64 *entry;
	struct plain plain;
	int reason;

	if (!read_plain(ctx, &plain))
		return NO_SHORTCUT;
	entry = table_at(port_entry(plain.protocol, plain.port));
	reason = entry ? decide_at_once(&plain, *entry) : NO_SHORTCUT;
	if (reason == NO_SHORTCUT)
		return NO_SHORTCUT;
	account(reason, plain.length);
	return reason < REASON_FIRST_DROP ? XDP_PASS : XDP_DROP;
}

static __always_inline bool is_unused(const struct plain *plain)
{
	__u32 entry = port_entry(plain->protocol, plain->port);
	const volatile __u64 *summary = table_at(SUMMARY_WORD(entry));

	return summary && !(*summary & BITMAP_BIT(entry));
}

/* The verdict on a packet, or NO_SHORTCUT. */
static __always_inline int shortcut(packet_context *ctx)
{
	struct plain plain;

	if (is_quiet() && read_plain(ctx, &plain) && is_unused(&plain)) {
		account(closed_reason(plain.protocol), plain.length);
		return XDP_DROP;
	}
	return netfwv6_shortcut(ctx);
}

#endif
