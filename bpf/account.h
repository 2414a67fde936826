/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting, in a map of its own: nothing that counts shares a word with policy. */
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
} netfwv6_counts SEC(".maps");

static __always_inline void account(enum reason reason, __u32 bytes)
{
	__u32 key = reason;
	struct count *count = bpf_map_lookup_elem(&netfwv6_counts, &key);

	if (!count)
		return; /* never: key < REASON_COUNT */
	count->packets++;
	count->bytes += bytes;
}

#endif
