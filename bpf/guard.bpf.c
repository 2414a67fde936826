// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guard is the data plane at the netdev ingress hook, where the stack takes its packets
 * from a device, however they came in. It judges them all, whatever XDP let pass, and counts
 * what passes. One program serves devices whose frames start with an Ethernet header, the other
 * those that start with the IP header; both read from the network header on.
 */
#include "guard_context.h"

#include "account.h"
#include "came_in.h"
#include "conversation.h"
#include "network.h"
#include "plain.h"
#include "report.h"
#include "segments.h"

#define NEXT_PROGRAM (-1) /* TC_ACT_UNSPEC, TCX_NEXT */
#define DROP_PACKET 2	  /* TC_ACT_SHOT, TCX_DROP */

/*
 * Has XDP seen the packet? The mark holds once, as whatever gets the packet next may send it
 * back by a way around XDP. On a sealed device that cannot be, so the mark stays: the kernel
 * copies a captured packet for a program that writes, and until Linux 6.18 the copy has no
 * metadata.
 */
static __always_inline bool take_seen(packet_context *ctx)
{
	struct seen *seen = (void *)(long)ctx->data_meta;
	const void *data = (const void *)(long)ctx->data;

	if ((const void *)(seen + 1) > data)
		return false;
	barrier_var(seen); /* as one comparison it would teach the verifier nothing */
	if ((const void *)(seen + 1) < data || seen->secret != netfwv6_config.secret)
		return false;
	if (!netfwv6_config.sealed)
		seen->secret = 0;
	return true;
}

/* XDP marks neither looped multicast nor what is not IPv6. */
static __always_inline bool should_be_seen(__u32 reason)
{
	return reason != REASON_NOT_IPV6 && reason != REASON_LOOPED;
}

static __always_inline void count(packet_context *ctx, __u32 reason, bool raw_ip, bool unseen)
{
	struct segments segments = segments_of(ctx, raw_ip);

	account(reason, segments.packets, segments.bytes);
	if (unseen && should_be_seen(reason))
		account_unseen(segments.packets, segments.bytes);
}

static __always_inline int conclude(packet_context *ctx, const struct packet *p, __u32 reason,
				    bool raw_ip, bool unseen)
{
	count(ctx, reason, raw_ip, unseen);
	if (reason < REASON_FIRST_DROP) {
		note_that_it_came_in(ctx, reason);
		return NEXT_PROGRAM;
	}
	if (drops_matter())
		report_drop(ctx, p, reason, raw_ip);
	return DROP_PACKET;
}

static __always_inline int judge_network(packet_context *ctx, bool raw_ip, bool unseen)
{
	struct packet p = packet_of(ctx);
	int parsed = parse_network(ctx, &p);
	__u32 reason = parsed == PARSED ? verdict(ctx, &p) : parsed;

	return conclude(ctx, &p, reason, raw_ip, unseen);
}

/* It is not inlined, as in the program for XDP. */
__noinline int netfwv6_judge_plain(struct __sk_buff *ctx, __u32 udp, __u16 port, bool unseen)
{
	struct packet p = plain_packet(udp, port);

	return conclude(ctx, &p, verdict(ctx, &p), false, unseen);
}

__noinline int netfwv6_judge_unusual(struct __sk_buff *ctx, bool unseen)
{
	return judge_network(ctx, false, unseen);
}

static __always_inline int judge_frame(packet_context *ctx, bool quiet, bool unseen)
{
	struct plain plain;

	if (ctx->pkt_type == PACKET_LOOPBACK || !read_plain(ctx, &plain))
		return netfwv6_judge_unusual(ctx, unseen);
	if (!PASSES_FORWARDED && quiet && is_unused(plain_entry(&plain))) {
		count(ctx, closed_reason(plain.udp, false), false, unseen);
		return DROP_PACKET;
	}
	return netfwv6_judge_plain(ctx, plain.udp, plain.port, unseen);
}

SEC("tc")
int netfwv6_in_eth(struct __sk_buff *ctx)
{
	bool quiet = is_quiet();

	if (!netfwv6_config.secret)
		return judge_frame(ctx, quiet, false);
	if (!take_seen(ctx))
		return judge_frame(ctx, quiet, true);
	account_seen();
	return judge_frame(ctx, quiet, false);
}

/* XDP marks no bare IP packet, as another device's header may lie in front of it. */
SEC("tc")
int netfwv6_in_ip(struct __sk_buff *ctx)
{
	return judge_network(ctx, true, false);
}

char netfwv6_license[] SEC("license") = "GPL";
