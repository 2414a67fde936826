/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many questions about conversations a program may ask where no mark promises an
 * answer: a few a jiffy, so that a mark that was missed heals, and a flood does not pay.
 *
 * Once they are spent, every further packet like that is dropped in this jiffy without
 * asking. If nobody wants to know of drops, that is all: the jiffy is quiet. Whoever begins
 * to listen may miss the rest of it.
 *
 * CPUs share the budget without a lock: what that costs is a question more or less.
 */
#ifndef NETFWV6_BUDGET_H
#define NETFWV6_BUDGET_H

#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include "config.h"
#include "marks.h"
#include "taps.h"

#define QUESTIONS_PER_JIFFY 64

static volatile struct {
	__u64 jiffy; /* that the questions are for */
	__u64 questions;
	__u64 spent_jiffy;
	__u64 spent_stamp; /* the time for marks in that jiffy */
	__u64 quiet_jiffy;
} netfwv6_budget;

static __always_inline bool is_quiet(void)
{
	__u64 now = bpf_jiffies64(); /* first: what is read before has to be saved */

	return netfwv6_budget.quiet_jiffy == now;
}

static __always_inline bool is_spent(void)
{
	return netfwv6_budget.spent_jiffy == bpf_jiffies64();
}

static __always_inline void be_spent(__u64 jiffy)
{
	if (netfwv6_budget.spent_jiffy == jiffy)
		return;
	netfwv6_budget.spent_stamp = mark_stamp_now();
	netfwv6_budget.spent_jiffy = jiffy;
	if (!drops_matter())
		netfwv6_budget.quiet_jiffy = jiffy;
}

/* Where no question is ever asked, it is always spent. */
static __always_inline bool take_question(void)
{
	__u64 now = bpf_jiffies64();

	if (netfwv6_budget.jiffy != now) {
		netfwv6_budget.jiffy = now;
		netfwv6_budget.questions = QUESTIONS_PER_JIFFY;
	}
	if (netfwv6_config.stateless || !netfwv6_budget.questions) {
		be_spent(now);
		return false;
	}
	netfwv6_budget.questions--;
	return true;
}

#endif
