// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data plane in front of the stack: parse, verdict, account, report. It drops, and counts
 * what it drops; what passes is the guard's, with a mark of the verdict. One program for devices
 * whose frames start with an Ethernet header, one for those that start with the IP header,
 * which marks nothing: a header of another device may lie in front.
 * Each firewalled connection runs an instance of its own; all of them read the same
 * port table and flow tables.
 */
#include "xdp_context.h"

#include "account.h"
#include "frame.h"
#include "pass.h"
#include "report.h"
#include "shortcut.h"
#include "verdict.h"

static __always_inline int finish(packet_context *ctx, const struct packet *p, int parsed,
				  bool raw_ip)
{
	__u32 reason = parsed == PARSED ? verdict(ctx, p) : parsed;

	if (is_left_to_guard(reason))
		return XDP_PASS;
	if (reason < REASON_FIRST_DROP)
		return raw_ip ? XDP_PASS : pass_judged(ctx, reason);
	account(reason, 1, p->at.frame);
	if (drops_matter())
		report_drop(ctx, p, reason, raw_ip);
	return XDP_DROP;
}

/* Not inlined, so that the shortcut in front stays short. */
__noinline int netfwv6_long_way(struct xdp_md *ctx)
{
	struct packet p = packet_of(ctx);

	return finish(ctx, &p, parse_ethernet(ctx, &p), false);
}

SEC("xdp.frags")
int netfwv6_eth(struct xdp_md *ctx)
{
	int action = shortcut(ctx);

	return action == NO_SHORTCUT ? netfwv6_long_way(ctx) : action;
}

SEC("xdp.frags")
int netfwv6_ip(struct xdp_md *ctx)
{
	struct packet p = packet_of(ctx);

	return finish(ctx, &p, parse_raw_ip(ctx, &p), true);
}

char netfwv6_license[] SEC("license") = "GPL";
