/* SPDX-License-Identifier: GPL-2.0-only */
/* How the parser reads a packet at the tc egress hook: a socket buffer. */
#ifndef NETFWV6_SKB_CONTEXT_H
#define NETFWV6_SKB_CONTEXT_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef struct __sk_buff packet_context;

#define PACKET_IS_LEAVING 1
#define PACKET_IS_IN_PLACE 1
#define PACKET_IS_A_FRAME 1 /* and starts with its link-layer header */
#define packet_length skb_packet_length
#define packet_copy skb_packet_copy
#define conntrack_lookup bpf_skb_ct_lookup
#define plain_length packet_length

static __always_inline __u32 skb_packet_length(packet_context *ctx)
{
	return ctx->len;
}

/* It serves packet_load(), and lengths that are not constant. */
static __always_inline bool skb_packet_copy(packet_context *ctx, __u32 offset, void *to, __u32 len)
{
	return bpf_skb_load_bytes(ctx, offset, to, len) == 0;
}

#endif
