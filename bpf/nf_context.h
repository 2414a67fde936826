/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the parser reads a packet at a netfilter hook: a socket buffer that starts with its IP
 * header. Few packets are read there, and none in place.
 */
#ifndef NETFWV6_NF_CONTEXT_H
#define NETFWV6_NF_CONTEXT_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* The part of the kernel's structures that is needed; the loader finds where it lies. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct bpf_mprog_entry;
struct mini_Qdisc;
struct net_device {
	int ifindex;
	struct bpf_mprog_entry *tcx_ingress;
	struct mini_Qdisc *miniq_ingress; /* before Linux 6.6 */
};
struct skb_shared_info {
	unsigned short gso_segs;
};
struct sk_buff {
	unsigned int len;
	unsigned int end; /* where the shared info lies, from the head on */
	unsigned char *head;
	int skb_iif;
	__u8 pkt_type : 3;
	__u8 tc_at_ingress : 1;
	__u8 from_ingress : 1;
};
struct nf_hook_state {
	struct net_device *in;
};
#pragma clang attribute pop

struct bpf_nf_ctx {
	const struct nf_hook_state *state;
	struct sk_buff *skb;
};

typedef struct bpf_nf_ctx packet_context;

#define PACKET_IS_LEAVING 0
#define PACKET_IS_IN_PLACE 0
#define PACKET_IS_A_FRAME 0
#define packet_length nf_packet_length
#define packet_copy nf_packet_copy
#define bytes_in_place(ctx, offset, len, bytes) (*(bytes) = NULL, false)

/* There is neither a link-layer header, nor coarse time, and one program serves all devices. */
#define TAGGED_HEADER 0
#define tag_length(ctx, raw_ip) 0
#define restore_tag(ctx, frame) ((void)0)
#define frame_length(ctx, raw_ip) packet_length(ctx)
#define frame_copy(ctx, raw_ip, to, len) ((void)(raw_ip), packet_copy(ctx, 0, to, len))
#define coarse_ns bpf_ktime_get_ns
#define device_index(ctx) ((__u32)(ctx)->state->in->ifindex)

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *bytes) __ksym;

static __always_inline __u32 nf_packet_length(packet_context *ctx)
{
	return ctx->skb->len;
}

/*
 * It serves packet_load(), and lengths that are not constant. It is not inlined, as the verifier
 * lets nothing else have a place on the stack where such a pointer was.
 */
static __noinline bool nf_packet_copy(packet_context *ctx, __u32 offset, void *to, __u32 len)
{
	struct bpf_dynptr bytes;

	return bpf_dynptr_from_skb((struct __sk_buff *)ctx->skb, 0, &bytes) == 0 &&
	       bpf_dynptr_read(to, len, &bytes, offset, 0) == 0;
}

/* The number of packets that it was on the wire. */
static __always_inline __u32 packet_segments(packet_context *ctx)
{
	const struct skb_shared_info *shared = (const void *)(ctx->skb->head + ctx->skb->end);
	__u16 segments = BPF_CORE_READ(shared, gso_segs);

	return segments ?: 1;
}

#endif
