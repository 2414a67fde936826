/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and sets the marks of conversations. */
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
} nf6_marks SEC(".maps");

static __always_inline __u8 mark_stamp_now(void)
{
	return MARK_STAMP(bpf_ktime_get_coarse_ns());
}

/* It lies in a map of one value, so its address is constant in the programs. */
static volatile struct mark_secret nf6_secret SEC(SECRET_SECTION);

/* The state's secret, which does not change while programs run. */
static __always_inline const struct mark_secret *mark_secret(void)
{
	const struct mark_secret *secret = (const void *)&nf6_secret;

	barrier_var(secret); /* the compiler must not believe that it is zero */
	return secret;
}

static __always_inline struct mark_line *line_of(const struct mark_key *key)
{
	__u32 line = mark_line_of(mark_secret(), key);

	return bpf_map_lookup_elem(&nf6_marks, &line);
}

/* The key of a packet that arrives, or of the answer to one that leaves. */
static __always_inline struct mark_key mark_key_of(const struct tuple *arriving, __u8 protocol)
{
	struct mark_key key = { .protocol = protocol };

	__builtin_memcpy(key.remote, &arriving->source, sizeof(key.remote));
	__builtin_memcpy(&key.ports, &arriving->ports, sizeof(key.ports));
	return key;
}

#define SOURCE_TO_PORTS (sizeof(struct ipv6hdr) - offsetof(struct ipv6hdr, saddr))

/* Reads a parsed packet's source and ports, with one look if they are near each other. */
static __always_inline bool read_mark_key(packet_context *ctx, const struct packet *p,
					  struct mark_key *key)
{
	__u32 source = p->ip + offsetof(struct ipv6hdr, saddr);
	const void *bytes;

	key->protocol = p->protocol;
	if (PACKET_IS_IN_PLACE && p->l4 == source + SOURCE_TO_PORTS && source <= IN_PLACE_MAX &&
	    bytes_in_place(ctx, source, SOURCE_TO_PORTS + sizeof(key->ports), &bytes)) {
		key->remote[0] = LOAD_AT(__u64, bytes, 0);
		key->remote[1] = LOAD_AT(__u64, bytes, 8);
		key->ports = LOAD_AT(__u32, bytes, SOURCE_TO_PORTS);
		return true;
	}
	return packet_load(ctx, source, key->remote, sizeof(key->remote)) &&
	       packet_load(ctx, p->l4, &key->ports, sizeof(key->ports));
}

/* Each stamp has no branch of its own, as that could not be predicted. */
static __always_inline bool is_alive_in(const struct mark_line *line, __u32 stamps, __u8 now)
{
	__u8 ages = 0;

	for (int i = 0; i < MARK_STAMPS_EACH; i++)
		ages |= mark_age(line->stamps[mark_stamp_at(stamps, i)], now);
	return mark_ages_count(ages);
}

/* Has this side a conversation that the packet may belong to? Anyone may answer a group. */
static __always_inline bool is_marked(const struct mark_key *key, __u8 now)
{
	const struct mark_line *line = line_of(key);

	return line && (is_alive_in(line, mark_stamps_of(mark_secret(), key), now) ||
			(key->protocol == IPPROTO_UDP &&
			 mark_four_count(line->groups[mark_group_of(mark_secret(), key)], now)));
}

/* Was the mark set, or set anew, in this unit of time? */
static __always_inline bool is_marked_now(const struct mark_key *key)
{
	__u32 stamps = mark_stamps_of(mark_secret(), key);
	const struct mark_line *line = line_of(key);
	__u8 now = mark_stamp_now(), others = 0;

	for (int i = 0; line && i < MARK_STAMPS_EACH; i++)
		others |= line->stamps[mark_stamp_at(stamps, i)] ^ now;
	return line && !others;
}

/* It tests before it writes, so that the line stays shared among CPUs. */
static __always_inline void set_mark(const struct mark_key *key)
{
	__u32 stamps = mark_stamps_of(mark_secret(), key);
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
	__u32 group = mark_group_of(mark_secret(), key);
	struct mark_line *line = line_of(key);
	__u32 four = mark_four(mark_stamp_now());

	if (line && line->groups[group] != four)
		line->groups[group] = four;
}

#endif
