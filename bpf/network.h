/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses from the network header on, at a hook where the kernel has found it. */
#ifndef NETFWV6_NETWORK_H
#define NETFWV6_NETWORK_H

#include <linux/if_packet.h>
#include "parse.h"

/* The tag that the kernel took off is the first one. */
static __always_inline int parse_network(packet_context *ctx, struct packet *p)
{
	int tags = ctx->vlan_present ? MAX_TAGS - 1 : MAX_TAGS;
	int parsed = parse_tagged(ctx, p, ctx->protocol, tags);

	/* That cannot be forged: what hands a packet to another device sets another type. */
	if (ctx->pkt_type == PACKET_LOOPBACK && parsed != REASON_NOT_IPV6)
		return REASON_LOOPED;
	return parsed;
}

#endif
