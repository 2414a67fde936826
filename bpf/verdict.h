/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict on a packet's destination: one load from the port table, whatever the
 * number of rules and connections. Only a closed port that this side has sent from
 * costs more: a second load, and the exact look-up for what is marked.
 */
#ifndef NETFWV6_VERDICT_H
#define NETFWV6_VERDICT_H

#include "conversation.h"
#include "dropped.h"

static __always_inline int verdict_on_closed(packet_context *ctx, const struct packet *p,
					     __u64 policy)
{
	bool in_use = policy & ENTRY_IN_USE && !netfwv6_config.stateless;
	int reason;

	if (!in_use && !take_question())
		return closed_reason(is_udp(p->protocol));
	reason = netfwv6_converse(ctx, p, in_use, is_open_elsewhere(policy));
	if (reason == NO_CONVERSATION)
		return in_use ? unmatched_reason(is_udp(p->protocol)) :
				closed_reason(is_udp(p->protocol));
	if (!in_use)
		mark_in_use(entry_of(p));
	return reason;
}

static __always_inline int verdict(packet_context *ctx, const struct packet *p)
{
	volatile __u64 *entry = table_at(entry_of(p));
	__u64 policy;

	if (!entry)
		return REASON_CLOSED_TCP; /* never: the table has it */
	policy = *entry;
	if (is_own(policy))
		return REASON_OPEN_HERE;
	if (is_global(policy))
		return REASON_OPEN_GLOBAL;
	return verdict_on_closed(ctx, p, policy);
}

#endif
