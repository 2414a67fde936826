/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses from the first byte of a frame on, at hooks that know no more of it. */
#ifndef NETFWV6_FRAME_H
#define NETFWV6_FRAME_H

#include "parse.h"
#include "plain.h"

/* The frame starts with an Ethernet header. */
static __always_inline int parse_ethernet(packet_context *ctx, struct packet *p)
{
	struct ethhdr eth;

	if (!cursor_take(ctx, &p->at, &eth, sizeof(eth)))
		return REASON_TRUNCATED;
	return parse_tagged(ctx, p, eth.h_proto, MAX_TAGS);
}

/* The frame starts with its IP header, as those of tun, WireGuard and tunnels do. */
static __always_inline int parse_raw_ip(packet_context *ctx, struct packet *p)
{
	__u8 version;

	if (!cursor_peek(ctx, &p->at, &version, sizeof(version)))
		return REASON_TRUNCATED;
	if (version >> 4 != 6)
		return REASON_NOT_IPV6;
	return parse_ipv6(ctx, p);
}

#endif
