/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps that all programs of a state root share. */
#ifndef NETFWV6_MAPS_H
#define NETFWV6_MAPS_H

#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include "layout.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TABLE_ENTRIES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} nf6_ports SEC(".maps");

static __always_inline volatile __u64 *table_at(__u32 index)
{
	return bpf_map_lookup_elem(&nf6_ports, &index);
}

static __always_inline bool bitmap_has(__u32 word, __u32 entry)
{
	const volatile __u64 *bits = table_at(word);

	return !bits || *bits & BITMAP_BIT(entry); /* the table has it */
}

static __always_inline bool is_unused(__u32 entry)
{
	return !bitmap_has(SUMMARY_WORD(entry), entry);
}

/* An entry's policy. The bitmaps spare most entries a load that random ports would wait for. */
static __always_inline __u64 policy_of(__u32 entry)
{
	const volatile __u64 *policy;

	if (!bitmap_has(SETTINGS_WORD(entry), entry))
		return is_unused(entry) ? 0 : ENTRY_IN_USE;
	policy = table_at(entry);
	return policy ? *policy : 0;
}

/* The summary always comes first, so that no reader takes the entry for empty. */
static __always_inline void mark_in_use(__u32 entry)
{
	volatile __u64 *word = table_at(SUMMARY_WORD(entry)), *policy = table_at(entry);

	if (!word || !policy)
		return; /* never: the table has both */
	__sync_fetch_and_or(word, BITMAP_BIT(entry));
	__sync_fetch_and_or(policy, ENTRY_IN_USE);
}

/* The devices that are firewalled, by ifindex. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ATTACHMENT_RECORDS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
} nf6_filtered SEC(".maps");

#define FLOW_TABLE(name, entries)                                                                  \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_LRU_HASH);                                               \
		__uint(max_entries, entries);                                                      \
		__type(key, struct flow_key);                                                      \
		__type(value, struct flow);                                                        \
	} name SEC(".maps")

FLOW_TABLE(nf6_tcp, FLOWS_TCP);		     /* began here */
FLOW_TABLE(nf6_tcp_answers, FLOWS_ANSWERED); /* began elsewhere, or before egress was watched */
FLOW_TABLE(nf6_udp, FLOWS_UDP);
FLOW_TABLE(nf6_udp_answers, FLOWS_ANSWERED); /* may have begun elsewhere */

#endif
