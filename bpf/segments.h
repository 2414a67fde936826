/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a socket buffer was on the wire: receive offload has put segments together, and a
 * sender on this machine has not taken them apart.
 */
#ifndef NETFWV6_SEGMENTS_H
#define NETFWV6_SEGMENTS_H

#include "parse.h"

struct segments {
	__u32 packets;
	__u32 bytes; /* of the frames */
};

#define VLAN_TAG sizeof(struct vlan_tag)

static __always_inline struct segments segments_of(packet_context *ctx, bool raw_ip)
{
	__u32 frame = frame_length(ctx, raw_ip) + (!raw_ip && ctx->vlan_present ? VLAN_TAG : 0);

	return (struct segments){ .packets = ctx->gso_segs ?: 1, .bytes = frame };
}

#endif
