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
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

typedef struct __sk_buff packet_context;

#define PACKET_IS_LEAVING 0
#define PACKET_IS_IN_PLACE 0

/*
 * From the network header on: the hook notes it before it puts the header in front again. A
 * kernel that notes what all segments take on the wire gives more than there is.
 */
static __always_inline __u32 packet_length(packet_context *ctx)
{
	__u32 noted = ctx->wire_len, whole = ctx->len;

	return noted <= whole ? noted : whole;
}

/*
 * With the link-layer header, where it is one of this device. It cannot be asked for: generic XDP
 * has the kernel copy packets, and forget how long it is.
 */
static __always_inline __u32 frame_length(packet_context *ctx, bool raw_ip)
{
	return packet_length(ctx) + (raw_ip ? 0 : sizeof(struct ethhdr));
}

/* Of a frame whose link-layer header is in front: the kernel puts it there again for the hook. */
static __always_inline __u32 plain_length(packet_context *ctx)
{
	return ctx->len;
}

/* What lies outside of the linear part has to be fetched first, as the stack will. */
static __always_inline bool packet_copy(packet_context *ctx, __u32 offset, void *to, __u32 len)
{
	__u32 end = ctx->len - packet_length(ctx) + offset + len;

	if (bpf_skb_load_bytes_relative(ctx, offset, to, len, BPF_HDR_START_NET) == 0)
		return true;
	return end <= ctx->len && bpf_skb_pull_data(ctx, end) == 0 &&
	       bpf_skb_load_bytes_relative(ctx, offset, to, len, BPF_HDR_START_NET) == 0;
}

/* The frame's first bytes, of which the linear part may have but a few. */
static __always_inline bool frame_copy(packet_context *ctx, bool raw_ip, void *to, __u32 len)
{
	__u32 in_front = raw_ip ? 0 : sizeof(struct ethhdr);

	bpf_skb_pull_data(ctx, ctx->len - packet_length(ctx) - in_front + len);
	return bpf_skb_load_bytes_relative(ctx, 0, to, len,
					   raw_ip ? BPF_HDR_START_NET : BPF_HDR_START_MAC) == 0;
}

#endif
