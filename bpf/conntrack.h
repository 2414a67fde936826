/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's connection tracking knows of a conversation whose addresses or ports this host
 * translates. Where the kernel does not say how its tracking looks, programs are compiled and
 * loaded without, and to them nothing is translated.
 */
#ifndef NETFWV6_CONNTRACK_H
#define NETFWV6_CONNTRACK_H

#include "marks.h"

#ifdef WITH_CONNTRACK

/* The part of the kernel's structures that is needed; the loader finds where it lies. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
union nf_inet_addr {
	__u32 all[4];
};
union nf_conntrack_man_proto {
	__be16 all;
};
struct nf_conntrack_man {
	union nf_inet_addr u3;
	union nf_conntrack_man_proto u;
};
struct nf_conntrack_tuple {
	struct nf_conntrack_man src;
	struct {
		union nf_inet_addr u3;
		union {
			__be16 all;
		} u;
	} dst;
};
struct nf_conntrack_tuple_hash {
	struct nf_conntrack_tuple tuple;
};
struct nf_conn {
	struct nf_conntrack_tuple_hash tuplehash[2];
};
#pragma clang attribute pop

#define FROM_BEGINNER 0 /* IP_CT_DIR_ORIGINAL */
#define TO_BEGINNER 1	/* IP_CT_DIR_REPLY */

/* The kernel's struct bpf_ct_opts, as all kernels take it. */
struct bpf_ct_opts {
	__s32 netns_id, error;
	__u8 l4proto, dir, reserved[2];
};

extern struct nf_conn *conntrack_lookup(packet_context *ctx, struct bpf_sock_tuple *tuple,
					__u32 tuple__sz, struct bpf_ct_opts *opts,
					__u32 opts__sz) __ksym;
extern void bpf_ct_release(struct nf_conn *ct) __ksym;

/* Whom the beginner spoke to, and from where, before anything was translated. */
static __always_inline void read_beginning(const struct nf_conn *ct, struct tuple *began)
{
	const struct nf_conntrack_tuple *said = &ct->tuplehash[FROM_BEGINNER].tuple;
	const __u32 *from = said->src.u3.all, *to = said->dst.u3.all;

	for (int i = 0; i < 4; i++) {
		began->source.s6_addr32[i] = from[i];
		began->destination.s6_addr32[i] = to[i];
	}
	began->ports.source = said->src.u.all;
	began->ports.destination = said->dst.u.all;
}

static __always_inline bool are_same(const struct in6_addr *a, const struct in6_addr *b)
{
	return a->s6_addr32[0] == b->s6_addr32[0] && a->s6_addr32[1] == b->s6_addr32[1] &&
	       a->s6_addr32[2] == b->s6_addr32[2] && a->s6_addr32[3] == b->s6_addr32[3];
}

/* Is the answer not simply the beginning the other way round? */
static __always_inline bool is_other_way(const struct tuple *began, const struct tuple *answer)
{
	return began->ports.source != answer->ports.destination ||
	       began->ports.destination != answer->ports.source ||
	       !are_same(&began->source, &answer->destination) ||
	       !are_same(&began->destination, &answer->source);
}

/*
 * How a translated conversation began to which the answer belongs, a packet that arrives or is
 * awaited; false where it belongs to none, or is no answer.
 */
static __noinline bool find_beginning(packet_context *ctx, struct tuple *answer, __u8 protocol,
				      struct tuple *began)
{
	struct bpf_ct_opts opts = { .netns_id = BPF_F_CURRENT_NETNS, .l4proto = protocol };
	struct nf_conn *ct = conntrack_lookup(ctx, (struct bpf_sock_tuple *)answer, sizeof(*answer),
					      &opts, sizeof(opts));

	if (!ct)
		return false;
	read_beginning(ct, began);
	bpf_ct_release(ct);
	return opts.dir == TO_BEGINNER && is_other_way(began, answer);
}

#else

#define find_beginning(ctx, answer, protocol, began)                                               \
	((void)(ctx), (void)(answer), (void)(protocol), (void)(began), false)

#endif

/* Who began it, in few bits, which nobody can meet without the state's secret; never 0. */
static __always_inline __u32 beginner_of(const struct tuple *began, __u8 protocol)
{
	const struct mark_key key = mark_key_of(began, protocol);

	return mark_stamps_of(mark_secret(), &key) | 1;
}

/* Does the packet belong to a translated conversation, and did this one begin it? */
static __always_inline bool is_begun_by(packet_context *ctx, struct tuple *answer, __u8 protocol,
					__u32 beginner)
{
	struct tuple began = {};

	return find_beginning(ctx, answer, protocol, &began) &&
	       beginner_of(&began, protocol) == beginner;
}

#endif
