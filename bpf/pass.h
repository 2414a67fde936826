/* SPDX-License-Identifier: GPL-2.0-only */
/* XDP passes packets on to the guard with a mark. */
#ifndef NETFWV6_PASS_H
#define NETFWV6_PASS_H

#include "account.h"
#include "config.h"
#include "parse.h"

/*
 * In generic mode the host's own multicast comes by here, looped back without the Ethernet
 * header that it left with: IPv6 from the frame's first byte to its last. The guard judges what
 * looks like that, as it can tell.
 */
static __always_inline bool may_be_looped(packet_context *ctx, const struct packet *p)
{
	struct ipv6_start ip;

	return packet_load(ctx, 0, &ip, sizeof(ip)) && ip.version >> 4 == 6 &&
	       sizeof(struct ipv6hdr) + bpf_ntohs(ip.payload) == p->at.frame;
}

/* Leaves in the packet's metadata, where the guard looks for it, that XDP has seen it. */
static __always_inline int pass(packet_context *ctx)
{
	struct seen *seen;

	if (!netfwv6_config.secret)
		return XDP_PASS;
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*seen))) {
		account_unmarked();
		return XDP_PASS;
	}
	seen = (void *)(long)ctx->data_meta;
	if ((const void *)(seen + 1) > (const void *)(long)ctx->data)
		return XDP_PASS; /* never: there is room now */
	seen->secret = netfwv6_config.secret;
	return XDP_PASS;
}

#endif
