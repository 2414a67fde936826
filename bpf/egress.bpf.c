// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data plane at egress parses and learns; it changes and drops nothing. One program serves
 * devices with an Ethernet header, the other those without.
 */
#include "skb_context.h"

#include "learn.h"
#include "frame.h"

#define NEXT_PROGRAM (-1) /* TC_ACT_UNSPEC, TCX_NEXT */

SEC("tc")
int netfwv6_out_eth(struct __sk_buff *ctx)
{
	struct packet p = packet_of(ctx);
	struct plain plain;

	if (read_plain(ctx, &plain))
		p = plain_packet(plain.udp, plain.port);
	else if (parse_ethernet(ctx, &p) != PARSED)
		return NEXT_PROGRAM;
	learn_packet(ctx, &p);
	return NEXT_PROGRAM;
}

SEC("tc")
int netfwv6_out_ip(struct __sk_buff *ctx)
{
	struct packet p = packet_of(ctx);

	if (parse_raw_ip(ctx, &p) == PARSED)
		learn_packet(ctx, &p);
	return NEXT_PROGRAM;
}

char netfwv6_license[] SEC("license") = "GPL";
