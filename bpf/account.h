/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting has a map of its own, so that nothing that counts shares a word with policy. */
#ifndef NETFWV6_ACCOUNT_H
#define NETFWV6_ACCOUNT_H

#include <bpf/bpf_helpers.h>
#include "layout.h"
#include "reasons.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REASON_COUNT);
	__type(key, __u32);
	__type(value, struct count);
} nf6_counts SEC(".maps");

/* The count under a reason, or under one of COUNT_*. */
static __always_inline struct count *count_of(__u32 reason)
{
	return bpf_map_lookup_elem(&nf6_counts, &reason);
}

static __always_inline void account(__u32 reason, __u32 packets, __u32 bytes)
{
	struct count *count = count_of(reason);

	if (!count)
		return; /* never: reason < REASON_COUNT */
	count->packets += packets;
	count->bytes += bytes;
}

/* Counts what XDP in front has not seen; its reason counts it as well. */
static __always_inline void account_unseen(__u32 packets, __u32 bytes)
{
	struct count *run = count_of(COUNT_UNSEEN_RUN);

	account(COUNT_UNSEEN, packets, bytes);
	if (!run)
		return; /* never */
	run->packets += packets;
	run->jiffy = bpf_jiffies64();
}

/* It writes only what has changed, so that the line stays shared among CPUs. */
static __always_inline void account_seen(void)
{
	struct count *run = count_of(COUNT_UNSEEN_RUN);

	if (run && run->packets)
		*run = (struct count){};
}

/* Counts a packet that XDP has seen, but could not mark. */
static __always_inline void account_unmarked(void)
{
	struct count *unmarked = count_of(COUNT_UNMARKED);

	account_seen();
	if (!unmarked)
		return; /* never */
	unmarked->packets++;
	unmarked->jiffy = bpf_jiffies64();
}

#endif
