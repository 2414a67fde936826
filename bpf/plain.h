/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The common packet is read in place: TCP or UDP in IPv6, which in a frame lies behind an untagged
 * Ethernet header, without extension headers, and with nothing behind its payload. Every other
 * packet is read with a cursor. The loads are as wide as the fields, wherever those lie.
 */
#ifndef NETFWV6_PLAIN_H
#define NETFWV6_PLAIN_H

#include <stdbool.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include "parse.h"

/* Where headers start, and what they hold. */
#define PLAIN_IP (PACKET_IS_A_FRAME ? sizeof(struct ethhdr) : 0)
#define PLAIN_L4 (PLAIN_IP + sizeof(struct ipv6hdr))
#define PLAIN_TYPE_AND_VERSION offsetof(struct ethhdr, h_proto)
#define PLAIN_PAYLOAD_LEN (PLAIN_IP + offsetof(struct ipv6hdr, payload_len))
#define PLAIN_NEXT_HEADER (PLAIN_IP + offsetof(struct ipv6hdr, nexthdr))
#define PLAIN_SOURCE (PLAIN_IP + offsetof(struct ipv6hdr, saddr))
#define PLAIN_DESTINATION_PORT (PLAIN_L4 + offsetof(struct l4_ports, destination))

/* The EtherType, and the version in the four bits behind it. */
#define IS_IPV6 bpf_htonl(ETH_P_IPV6 << 16 | 6 << 12)
#define IS_IPV6_MASK bpf_htonl(0xfffff000)

struct plain {
	__u32 length; /* of all of it */
	__u32 udp;    /* is_udp(), constant on each way through read_plain() */
	__u16 port;   /* destination, host byte order */
};

static __always_inline bool is_plain_ipv6(packet_context *ctx, const void *bytes)
{
#if PACKET_IS_A_FRAME
	(void)ctx;
	return (LOAD_AT(__u32, bytes, PLAIN_TYPE_AND_VERSION) & IS_IPV6_MASK) == IS_IPV6;
#else
	return ctx->protocol == bpf_htons(ETH_P_IPV6) && LOAD_AT(__u8, bytes, 0) >> 4 == 6;
#endif
}

static __always_inline bool read_plain(packet_context *ctx, struct plain *plain)
{
	const void *bytes;
	__u8 protocol;

	if (!bytes_in_place(ctx, 0, PLAIN_L4 + UDP_HEADER, &bytes) || !is_plain_ipv6(ctx, bytes))
		return false;
	plain->length = plain_length(ctx);
	if (PLAIN_L4 + bpf_ntohs(LOAD_AT(__be16, bytes, PLAIN_PAYLOAD_LEN)) != plain->length)
		return false;
	plain->port = bpf_ntohs(LOAD_AT(__be16, bytes, PLAIN_DESTINATION_PORT));
	protocol = LOAD_AT(__u8, bytes, PLAIN_NEXT_HEADER);
	plain->udp = protocol == IPPROTO_UDP;
	if (plain->udp)
		return true;
	return protocol == IPPROTO_TCP && plain->length >= PLAIN_L4 + TCP_HEADER;
}

static __always_inline struct packet plain_packet(__u32 udp, __u16 port)
{
	return (struct packet){
		.ip = PLAIN_IP,
		.has_ip = true,
		.l4 = PLAIN_L4,
		.port = port,
		.protocol = udp ? IPPROTO_UDP : IPPROTO_TCP,
	};
}

static __always_inline __u32 plain_entry(const struct plain *plain)
{
	return port_entry(plain->udp, plain->port);
}

#endif
