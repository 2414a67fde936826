/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guard notes on each TCP and UDP packet that it lets in that it came in from outside, and the
 * learner reads the note where the packet leaves. The kernel keeps it with the packet and with
 * all copies and pieces of it, through whatever devices and network namespaces lie between; what a
 * socket sends is a new packet, without. What is in a tunnel that is neither TCP nor UDP comes
 * out of it without, too.
 *
 * The note is the topmost bit of tc_index, of which schedulers use the lower ones. Another tc
 * program overwrites it that ends the classification of packets with TC_ACT_OK.
 */
#ifndef NETFWV6_CAME_IN_H
#define NETFWV6_CAME_IN_H

#include "reasons.h"

#define CAME_IN 0x8000

/* What passes for these reasons is TCP or UDP, and somebody's who wants to talk. */
#define PASSES_AS_TALK                                                                             \
	(1u << REASON_OPEN_HERE | 1u << REASON_OPEN_GLOBAL | 1u << REASON_ESTABLISHED |            \
	 1u << REASON_UDP_REPLY | 1u << REASON_FLOW | 1u << REASON_FORWARDED)

static __always_inline void note_that_it_came_in(packet_context *ctx, __u32 reason)
{
	if (1u << reason & PASSES_AS_TALK)
		ctx->tc_index = CAME_IN;
}

static __always_inline bool came_in(packet_context *ctx)
{
	return ctx->tc_index & CAME_IN;
}

#endif
