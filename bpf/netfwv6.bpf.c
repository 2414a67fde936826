// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data plane at ingress: parse, verdict, account. One program for devices whose
 * frames start with an Ethernet header, one for those that start with the IP header.
 * Each firewalled connection runs an instance of its own; all of them read the same
 * port table and flow tables.
 */
#include "xdp_context.h"

#include "account.h"
#include "parse.h"
#include "verdict.h"

static __always_inline int finish(packet_context *ctx, const struct packet *p, int parsed)
{
	__u32 reason = parsed == PARSED ? verdict(ctx, p) : parsed;

	account(reason, p->at.frame);
	return reason < REASON_FIRST_DROP ? XDP_PASS : XDP_DROP;
}

SEC("xdp.frags")
int netfwv6_eth(struct xdp_md *ctx)
{
	struct packet p = packet_of(ctx);

	return finish(ctx, &p, parse_ethernet(ctx, &p));
}

SEC("xdp.frags")
int netfwv6_ip(struct xdp_md *ctx)
{
	struct packet p = packet_of(ctx);

	return finish(ctx, &p, parse_raw_ip(ctx, &p));
}

char netfwv6_license[] SEC("license") = "GPL";
