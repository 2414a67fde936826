/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A socket buffer may be several frames on the wire: receive offload has put them together, or
 * a sender on this machine has not taken them apart. All of them have the same headers.
 */
#ifndef NETFWV6_SEGMENTS_H
#define NETFWV6_SEGMENTS_H

#include "network.h"

struct segments {
	__u32 packets;
	__u32 bytes; /* of the frames */
};

/* The length of all headers of a parsed packet; of another one, what was read. */
static __always_inline __u32 headers_length(packet_context *ctx, const struct packet *p)
{
	__u8 offset = 0;

	if (!p->l4)
		return p->at.pos;
	if (p->protocol == IPPROTO_UDP)
		return p->l4 + UDP_HEADER;
	packet_load(ctx, p->l4 + TCP_DATA_OFFSET, &offset, sizeof(offset));
	return p->l4 + (offset >> 4) * 4;
}

/* It is not inlined, as few packets have to be read again. */
__noinline int netfwv6_headers(packet_context *ctx)
{
	struct packet p = packet_of(ctx);

	parse_network(ctx, &p);
	return headers_length(ctx, &p);
}

static __always_inline struct segments segments_of(packet_context *ctx, bool raw_ip)
{
	__u32 packet = packet_length(ctx), frame = frame_length(ctx, raw_ip);
	__u32 packets = ctx->gso_segs, size = ctx->gso_size, headers;

	if (!size)
		return (struct segments){ 1, frame };
	headers = netfwv6_headers(ctx);
	/* A sender beyond this kernel says only how large they are. */
	if (!packets)
		packets = headers < packet ? (packet - headers + size - 1) / size : 1;
	return (struct segments){ packets, frame + (packets - 1) * (frame - packet + headers) };
}

#endif
