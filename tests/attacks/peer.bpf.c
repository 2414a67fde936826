// SPDX-License-Identifier: GPL-2.0-only
/* What the other end may load when it can load programs at all. A mark is a device's index. */
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("redirect")
int peer_redirect(struct __sk_buff *skb)
{
	return skb->mark ? bpf_redirect(skb->mark, 0) : TC_ACT_UNSPEC;
}

SEC("enter")
int peer_enter(struct __sk_buff *skb)
{
	return skb->mark ? bpf_redirect_peer(skb->mark, 0) : TC_ACT_UNSPEC;
}

#define SEEN 63 /* hops; what comes has more left */

/* Where XDP sends what comes by a second time. */
const volatile __u32 peer_target = 0;

SEC("xdp")
int peer_again(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ipv6hdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end || eth->h_proto != bpf_htons(ETH_P_IPV6))
		return XDP_PASS;
	if (ip->hop_limit == SEEN)
		return bpf_redirect(peer_target, 0);
	ip->hop_limit = SEEN;
	return XDP_PASS;
}

/* The size of what XDP of the host leaves there, and no secret. */
SEC("xdp")
int peer_forge(struct xdp_md *ctx)
{
	__u32 *meta;

	if (bpf_xdp_adjust_meta(ctx, -12))
		return XDP_PASS;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 3) > (void *)(long)ctx->data)
		return XDP_PASS;
	meta[0] = meta[1] = 0;
	meta[2] = 2; /* "open-here" */
	return XDP_PASS;
}

/* Gives what came from the host another port and address, and puts it back there. */
#define OPEN 5001
#define CLOSED 5000

struct udp_packet {
	struct ethhdr eth;
	struct ipv6hdr ip;
	struct udphdr udp;
} __attribute__((packed));

SEC("replay")
int peer_replay(struct __sk_buff *skb)
{
	struct udp_packet *p = (void *)(long)skb->data;
	__be16 closed = bpf_htons(CLOSED);

	if ((void *)(p + 1) > (void *)(long)skb->data_end || p->ip.nexthdr != IPPROTO_UDP ||
	    p->udp.dest != bpf_htons(OPEN))
		return TC_ACT_UNSPEC;
	/* Whoever sent it left the checksum to the device, so there is none to mend. */
	p->ip.daddr.s6_addr32[0] = bpf_htonl(0x20010db8);
	p->ip.daddr.s6_addr32[1] = p->ip.daddr.s6_addr32[2] = 0;
	p->ip.daddr.s6_addr32[3] = bpf_htonl(1);
	p->udp.dest = closed;
	return bpf_redirect_peer(skb->ifindex, 0);
}

char peer_license[] SEC("license") = "GPL";
