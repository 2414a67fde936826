/* SPDX-License-Identifier: GPL-2.0-only */
/* Asking and setting the marks of conversations. */
#ifndef NETFWV6_MARKS_H
#define NETFWV6_MARKS_H

#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include "marks_layout.h"
#include "parse.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MARK_LINES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct mark_line);
} netfwv6_marks SEC(".maps");

static __always_inline __u8 mark_stamp_now(void)
{
	return MARK_STAMP(bpf_ktime_get_coarse_ns());
}

static __always_inline struct mark_line *line_of(const struct mark_key *key)
{
	__u32 line = mark_line_of(key);

	return bpf_map_lookup_elem(&netfwv6_marks, &line);
}

/* Of a packet that arrives, or of the answer to one that leaves. */
static __always_inline struct mark_key mark_key_of(const struct tuple *arriving, __u8 protocol)
{
	struct mark_key key = { .protocol = protocol };

	__builtin_memcpy(key.remote, &arriving->source, sizeof(key.remote));
	__builtin_memcpy(&key.ports, &arriving->ports, sizeof(key.ports));
	return key;
}

/* Of a parsed packet that arrives. */
static __always_inline bool read_mark_key(packet_context *ctx, const struct packet *p,
					  struct mark_key *key)
{
	__u64 remote[2];
	__u32 ports;

	if (!packet_load(ctx, p->ip + offsetof(struct ipv6hdr, saddr), remote, sizeof(remote)) ||
	    !packet_load(ctx, p->l4, &ports, sizeof(ports)))
		return false;
	*key = (struct mark_key){ { remote[0], remote[1] }, ports, p->protocol };
	return true;
}

/* Without a branch for each stamp, which nobody could predict. */
static __always_inline bool is_alive_in(const struct mark_line *line, const struct mark_key *key,
					__u8 now)
{
	__u32 stamps = mark_stamps_of(key);
	__u8 ages = 0;

	for (int i = 0; i < MARK_STAMPS_EACH; i++)
		ages |= mark_age(line->stamps[mark_stamp_at(stamps, i)], now);
	return mark_ages_count(ages);
}

/* Has this side a conversation that the packet may belong to? Anyone may answer a group. */
static __always_inline bool is_marked(const struct mark_key *key, __u8 now)
{
	const struct mark_line *line = line_of(key);

	return line && (is_alive_in(line, key, now) ||
			(key->protocol == IPPROTO_UDP &&
			 mark_four_count(line->groups[mark_group_of(key)], now)));
}

/* Tests first: the line stays shared among CPUs. */
static __always_inline void set_mark(const struct mark_key *key)
{
	__u32 stamps = mark_stamps_of(key);
	struct mark_line *line = line_of(key);
	__u8 now = mark_stamp_now();

	for (int i = 0; line && i < MARK_STAMPS_EACH; i++) {
		__u8 *stamp = &line->stamps[mark_stamp_at(stamps, i)];

		if (*stamp != now)
			*stamp = now;
	}
}

static __always_inline void set_group_mark(const struct mark_key *key)
{
	struct mark_line *line = line_of(key);
	__u32 four = mark_four(mark_stamp_now());

	if (line && line->groups[mark_group_of(key)] != four)
		line->groups[mark_group_of(key)] = four;
}

#endif
