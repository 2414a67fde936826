/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the parser reads a packet at the netdev ingress hook: from the network header on, which
 * is where the stack will look. What lies in front of it may be a tag that the kernel took
 * off, or on a device of bare IP packets the header of another device.
 */
#ifndef NETFWV6_GUARD_CONTEXT_H
#define NETFWV6_GUARD_CONTEXT_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "vlan.h"

#define TAGGED_HEADER (sizeof(struct ethhdr) + sizeof(struct vlan_tag))

typedef struct __sk_buff packet_context;

#define PACKET_IS_LEAVING 0
#define PACKET_IS_IN_PLACE 1
#define PACKET_IS_A_FRAME 0
#define packet_length guard_packet_length
#define packet_copy guard_packet_copy
#define conntrack_lookup bpf_skb_ct_lookup
#define plain_length packet_length
#define bytes_in_place guard_bytes_in_place

/*
 * The length from the network header on, which the hook notes before it puts the link-layer
 * header in front again. A kernel that notes what all segments take on the wire gives more than
 * there is.
 */
static __always_inline __u32 guard_packet_length(packet_context *ctx)
{
	__u32 noted = ctx->wire_len, whole = ctx->len;

	return noted <= whole ? noted : whole;
}

/* The length of the tag that the kernel took off the frame, if it did. */
static __always_inline __u32 tag_length(packet_context *ctx, bool raw_ip)
{
	return !raw_ip && ctx->vlan_present ? sizeof(struct vlan_tag) : 0;
}

/*
 * The length on the wire includes the link-layer header, where it is one of this device. The
 * kernel does not know that header's length: it forgets it when it copies packets for generic XDP.
 */
static __always_inline __u32 frame_length(packet_context *ctx, bool raw_ip)
{
	__u32 in_front = raw_ip ? 0 : sizeof(struct ethhdr);

	return packet_length(ctx) + in_front + tag_length(ctx, raw_ip);
}

#define FROM_MAX 0x7fff

/*
 * Finds bytes behind an Ethernet header, if the noted length says that there is one. It does not
 * say so of an aggregate, after a program in front has moved headers, and in test runs, which
 * note all of the packet: then a copy finds them.
 */
static __always_inline bool guard_bytes_in_place(packet_context *ctx, __u32 offset, __u32 len,
						 const void **bytes)
{
	__u32 from = offset + sizeof(struct ethhdr);
	const char *at;

	if (ctx->gso_size || ctx->len - ctx->wire_len != sizeof(struct ethhdr))
		return false;
	barrier_var(from); /* the verifier of 6.1 knows no bound of a sum but its own */
	if (from > FROM_MAX)
		return false;
	at = (const char *)(long)ctx->data + from;
	barrier_var(at); /* one pointer is both tested and read */
	*bytes = at;
	return at + len <= (const char *)(long)ctx->data_end;
}

/* Bytes outside of the linear part have to be fetched first, as the stack will. */
static __always_inline bool guard_packet_copy(packet_context *ctx, __u32 offset, void *to,
					      __u32 len)
{
	__u32 end = ctx->len - packet_length(ctx) + offset + len;

	if (bpf_skb_load_bytes_relative(ctx, offset, to, len, BPF_HDR_START_NET) == 0)
		return true;
	return end <= ctx->len && bpf_skb_pull_data(ctx, end) == 0 &&
	       bpf_skb_load_bytes_relative(ctx, offset, to, len, BPF_HDR_START_NET) == 0;
}

/* Copies the first bytes of the frame, of which the linear part may have but a few. */
static __always_inline bool frame_copy(packet_context *ctx, bool raw_ip, void *to, __u32 len)
{
	__u32 in_front = raw_ip ? 0 : sizeof(struct ethhdr);

	bpf_skb_pull_data(ctx, ctx->len - packet_length(ctx) - in_front + len);
	return bpf_skb_load_bytes_relative(ctx, 0, to, len,
					   raw_ip ? BPF_HDR_START_NET : BPF_HDR_START_MAC) == 0;
}

/* Puts the tag back into a frame that was copied behind a place for it. */
static __always_inline void restore_tag(packet_context *ctx, __u8 *frame)
{
	__be16 *tag = (__be16 *)(frame + 2 * ETH_ALEN);

	__builtin_memmove(frame, frame + sizeof(struct vlan_tag), 2 * ETH_ALEN);
	tag[0] = ctx->vlan_proto;
	tag[1] = bpf_htons(ctx->vlan_tci);
}

#endif
