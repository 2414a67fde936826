/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A flood is more packets to closed ports than there are questions about conversations: a few
 * a jiffy, asked where no mark promises an answer, so that a mark that was missed heals and a
 * flood does not pay. It begins in each jiffy when the questions are spent, and ends with that
 * jiffy. Meanwhile nothing is asked any more, and the time for marks stands still. If no tap
 * wants drops either, the jiffy is quiet: a port that was never in use is closed without a look
 * at anything else. A tap that opens then may miss the rest of the jiffy.
 *
 * CPUs share the questions without a lock, which costs some more of them. A CPU that takes one
 * stores what it has seen less one, so the number never falls below zero; and the questions are
 * stored before their jiffy.
 */
#ifndef NETFWV6_FLOOD_H
#define NETFWV6_FLOOD_H

#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include "config.h"
#include "marks.h"
#include "taps.h"

#define QUESTIONS_PER_JIFFY 64

static volatile struct {
	__u64 jiffy; /* the one that the questions are for */
	__u64 questions;
	__u64 flooded_jiffy;
	__u64 stamp; /* the time for marks in that jiffy */
	__u64 quiet_jiffy;
} netfwv6_flood;

static __always_inline bool is_quiet(void)
{
	__u64 now = bpf_jiffies64(); /* first, as what is read before has to be saved */

	return netfwv6_flood.quiet_jiffy == now;
}

static __always_inline bool is_under_flood(void)
{
	return netfwv6_flood.flooded_jiffy == bpf_jiffies64();
}

/* Asking the time costs more than the rest of a flood. */
static __always_inline __u8 stamp_in_flood(void)
{
	return netfwv6_flood.stamp;
}

static __always_inline void begin_flood(__u64 jiffy)
{
	if (netfwv6_flood.flooded_jiffy == jiffy)
		return;
	netfwv6_flood.stamp = mark_stamp_now();
	netfwv6_flood.flooded_jiffy = jiffy;
	if (!drops_matter())
		netfwv6_flood.quiet_jiffy = jiffy;
}

/* A stateless connection asks no question. */
static __always_inline bool take_question(void)
{
	__u64 now = bpf_jiffies64(), left;

	if (netfwv6_flood.jiffy != now) {
		netfwv6_flood.questions = QUESTIONS_PER_JIFFY;
		netfwv6_flood.jiffy = now;
	}
	left = netfwv6_flood.questions;
	if (netfwv6_config.stateless || !left) {
		begin_flood(now);
		return false;
	}
	netfwv6_flood.questions = left - 1;
	return true;
}

#endif
