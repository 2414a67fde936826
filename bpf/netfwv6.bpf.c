// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data plane in front of the stack drops packets, and counts what it drops. The guard
 * counts what passes, and judges what only conversations can tell. One program serves devices
 * whose frames start with an Ethernet header, the other those that start with the IP header; it
 * marks nothing, as a header of another device may lie in front. Each firewalled connection runs
 * an instance of its own; all of them read the same port table and flow tables.
 */
#include "xdp_context.h"

#include "account.h"
#include "conversation.h"
#include "frame.h"
#include "pass.h"
#include "report.h"

static __always_inline int drop(packet_context *ctx, const struct packet *p, __u32 reason,
				__u32 length, bool raw_ip)
{
	account(reason, 1, length);
	if (drops_matter())
		report_drop(ctx, p, reason, raw_ip);
	return XDP_DROP;
}

/* The guard asks for conversations, if it sees all that passes here. */
static __always_inline int verdict_in_front(packet_context *ctx, const struct packet *p)
{
	return netfwv6_config.alone ? verdict(ctx, p) :
				      verdict_by_port(ctx, p, policy_of(entry_of(p)));
}

/* It is not inlined, so that a flood to ports never in use has the shortest way. */
__noinline int netfwv6_plain(struct xdp_md *ctx, __u32 udp, __u16 port, __u32 length)
{
	struct packet p = plain_packet(udp, port);
	int reason = verdict_in_front(ctx, &p);

	return reason < REASON_FIRST_DROP ? pass(ctx) : drop(ctx, &p, reason, length, false);
}

__noinline int netfwv6_unusual(struct xdp_md *ctx)
{
	struct packet p = packet_of(ctx);
	int parsed = parse_ethernet(ctx, &p);
	int reason = parsed == PARSED ? verdict_in_front(ctx, &p) : parsed;

	if (reason == REASON_NOT_IPV6)
		return XDP_PASS;
	if (reason < REASON_FIRST_DROP)
		return pass(ctx);
	return may_be_looped(ctx, &p) ? XDP_PASS : drop(ctx, &p, reason, p.at.frame, false);
}

SEC("xdp.frags")
int netfwv6_eth(struct xdp_md *ctx)
{
	bool quiet = is_quiet();
	struct plain plain;

	if (!read_plain(ctx, &plain))
		return netfwv6_unusual(ctx);
	barrier_var(plain.length); /* in one register */
	if (!PASSES_FORWARDED && quiet && is_unused(plain_entry(&plain))) {
		account(closed_reason(plain.udp, false), 1, plain.length);
		return XDP_DROP;
	}
	return netfwv6_plain(ctx, plain.udp, plain.port, plain.length);
}

SEC("xdp.frags")
int netfwv6_ip(struct xdp_md *ctx)
{
	struct packet p = packet_of(ctx);
	int parsed = parse_raw_ip(ctx, &p);
	int reason = parsed == PARSED ? verdict_in_front(ctx, &p) : parsed;

	return reason < REASON_FIRST_DROP ? XDP_PASS : drop(ctx, &p, reason, p.at.frame, true);
}

char netfwv6_license[] SEC("license") = "GPL";
