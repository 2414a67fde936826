/* SPDX-License-Identifier: GPL-2.0-only */
/* How the parser reads a packet at the XDP hook: the frame, in one buffer or several. */
#ifndef NETFWV6_XDP_CONTEXT_H
#define NETFWV6_XDP_CONTEXT_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef struct xdp_md packet_context;

#define PACKET_IS_LEAVING 0
#define PACKET_IS_IN_PLACE 1
#define PACKET_IS_A_FRAME 1 /* and starts with its link-layer header */
#define packet_length xdp_packet_length
#define packet_copy xdp_packet_copy
#define conntrack_lookup bpf_xdp_ct_lookup

static __always_inline __u32 xdp_packet_length(packet_context *ctx)
{
	return bpf_xdp_get_buff_len(ctx);
}

/*
 * The length of a frame that ends with its first buffer, as one does whose payload ends there.
 * Bytes that were appended to it in further buffers are not counted.
 */
static __always_inline __u32 plain_length(packet_context *ctx)
{
	return ctx->data_end - ctx->data;
}

/* It serves packet_load(), and lengths that are not constant. */
static __always_inline bool xdp_packet_copy(packet_context *ctx, __u32 offset, void *to, __u32 len)
{
	return bpf_xdp_load_bytes(ctx, offset, to, len) == 0;
}

/* The packet is the whole frame, with its tags. */
#define TAGGED_HEADER 0
#define tag_length(ctx, raw_ip) 0
#define restore_tag(ctx, frame) ((void)0)
#define frame_length(ctx, raw_ip) packet_length(ctx)
#define frame_copy(ctx, raw_ip, to, len) ((void)(raw_ip), packet_copy(ctx, 0, to, len))

#endif
