/* SPDX-License-Identifier: GPL-2.0-only */
/* How XDP passes a packet on to the guard. */
#ifndef NETFWV6_PASS_H
#define NETFWV6_PASS_H

#include "account.h"
#include "config.h"

/*
 * What is not IPv6, and what cannot be read: the host's own multicast comes by here without
 * its Ethernet header. The guard knows better, and what it cannot read either it drops.
 */
static __always_inline bool is_left_to_guard(__u32 reason)
{
	return reason == REASON_NOT_IPV6 || reason == REASON_BAD_VERSION ||
	       reason == REASON_TRUNCATED;
}

/* Leaves the verdict in the packet's metadata, where the guard looks for it. */
static __always_inline int pass_judged(packet_context *ctx, __u32 reason)
{
	struct judged *judged;

	if (!netfwv6_config.secret)
		return XDP_PASS;
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*judged))) {
		account(COUNT_UNMARKED, 1, packet_length(ctx));
		return XDP_PASS;
	}
	judged = (void *)(long)ctx->data_meta;
	if ((const void *)(judged + 1) > (const void *)(long)ctx->data)
		return XDP_PASS; /* never: there is room now */
	judged->secret = netfwv6_config.secret;
	judged->reason = reason;
	return XDP_PASS;
}

#endif
