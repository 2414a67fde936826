// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data plane: parse, verdict, account. One program for devices whose frames
 * start with an Ethernet header, one for those that start with the IP header.
 * Each firewalled connection runs an instance of its own; all of them read the
 * same port table.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "account.h"
#include "parse.h"
#include "verdict.h"

static __always_inline struct packet packet_of(struct xdp_md *ctx)
{
	__u32 frame = bpf_xdp_get_buff_len(ctx);

	return (struct packet){ .at = { .end = frame, .frame = frame } };
}

static __always_inline int finish(const struct packet *p, int parsed)
{
	enum reason reason = parsed == PARSED ? verdict(p) : (enum reason)parsed;

	account(reason, p->at.frame);
	return reason < REASON_FIRST_DROP ? XDP_PASS : XDP_DROP;
}

SEC("xdp.frags")
int netfwv6_eth(struct xdp_md *ctx)
{
	struct packet p = packet_of(ctx);

	return finish(&p, parse_ethernet(ctx, &p));
}

SEC("xdp.frags")
int netfwv6_ip(struct xdp_md *ctx)
{
	struct packet p = packet_of(ctx);

	return finish(&p, parse_raw_ip(ctx, &p));
}

char netfwv6_license[] SEC("license") = "GPL";
