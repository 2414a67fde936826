// SPDX-License-Identifier: GPL-2.0-only
#include "skb_context.h"
#include "account.h"
#include "parse.h"
#include "verdict.h"
static __always_inline int finish(packet_context *ctx, struct packet *p, int parsed)
{
	__u32 reason = parsed == PARSED ? verdict(ctx, p) : parsed;
	account(reason, p->at.frame);
	return reason < REASON_FIRST_DROP ? -1 : 2;
}
SEC("tc") int netfwv6_in_eth(struct __sk_buff *ctx) { struct packet p = packet_of(ctx); return finish(ctx, &p, parse_ethernet(ctx, &p)); }
SEC("tc") int netfwv6_in_ip(struct __sk_buff *ctx) { struct packet p = packet_of(ctx); return finish(ctx, &p, parse_raw_ip(ctx, &p)); }
char netfwv6_license[] SEC("license") = "GPL";
