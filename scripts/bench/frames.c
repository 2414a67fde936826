// SPDX-License-Identifier: LGPL-2.1-or-later
#include "frames.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>

#define UDP_DATA 12 /* with it a UDP frame is as long as a TCP frame */
#define OPTIONS 8

static uint32_t add_words(const void *data, size_t length, uint32_t sum)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void put_addresses(const struct frame_spec *spec, struct ether_header *ethernet)
{
	const unsigned char host[ETH_ALEN] = { 2, 0, 6, 0, (unsigned char)spec->id, 1 };

	memcpy(ethernet->ether_dhost, host, ETH_ALEN);
	memcpy(ethernet->ether_shost, host, ETH_ALEN);
	ethernet->ether_shost[5] = 2;
	ethernet->ether_type = htons(spec->version == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
}

static size_t put_transport(const struct frame_spec *spec, unsigned char *at, uint32_t sum)
{
	size_t length = sizeof(struct tcphdr);

	sum += length + spec->protocol; /* the rest of the pseudo header */
	if (spec->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = (void *)at;

		*tcp = (struct tcphdr){ .th_sport = htons(spec->source),
					.th_dport = htons(spec->destination),
					.th_seq = htonl(spec->sequence),
					.th_ack = htonl(spec->acknowledgement),
					.th_off = 5,
					.th_flags = spec->tcp_flags,
					.th_win = htons(512) };
		tcp->th_sum = fold(add_words(tcp, length, sum));
	} else {
		struct udphdr *udp = (void *)at;

		memset(at, 0, sizeof(*udp) + UDP_DATA);
		*udp = (struct udphdr){ .uh_sport = htons(spec->source),
					.uh_dport = htons(spec->destination),
					.uh_ulen = htons(sizeof(*udp) + UDP_DATA) };
		udp->uh_sum = fold(add_words(udp, sizeof(*udp) + UDP_DATA, sum));
	}
	return length;
}

static size_t put_ipv6(const struct frame_spec *spec, unsigned char *at)
{
	struct ip6_hdr *ip = (void *)at;
	unsigned char *next = at + sizeof(*ip);
	char text[INET6_ADDRSTRLEN];
	size_t length;

	memset(ip, 0, sizeof(*ip));
	ip->ip6_flow = htonl(6u << 28);
	ip->ip6_nxt = spec->options ? IPPROTO_DSTOPTS : spec->protocol;
	ip->ip6_hlim = 64;
	snprintf(text, sizeof(text), "fd00:6:%u::2", spec->id);
	inet_pton(AF_INET6, text, &ip->ip6_src);
	snprintf(text, sizeof(text), "fd00:6:%u::1", spec->id);
	inet_pton(AF_INET6, text, &ip->ip6_dst);
	for (int i = spec->options; i; i--, next += OPTIONS) {
		const unsigned char padding[OPTIONS] = { i > 1 ? IPPROTO_DSTOPTS :
								 (unsigned char)spec->protocol,
							 0, 1, 4 };

		memcpy(next, padding, OPTIONS);
	}
	length = OPTIONS * spec->options +
		 put_transport(spec, next, add_words(&ip->ip6_src, 2 * sizeof(ip->ip6_src), 0));
	ip->ip6_plen = htons((uint16_t)length);
	return sizeof(*ip) + length;
}

/* To an address that is not the host's: no contender is asked about it. */
static size_t put_ipv4(const struct frame_spec *spec, unsigned char *at)
{
	struct iphdr *ip = (void *)at;
	size_t length = sizeof(*ip) + sizeof(struct tcphdr);

	*ip = (struct iphdr){ .version = 4,
			      .ihl = 5,
			      .ttl = 64,
			      .tot_len = htons((uint16_t)length),
			      .protocol = (uint8_t)spec->protocol,
			      .saddr = htonl(0xc6336401),
			      .daddr = htonl(0xc6336402) };
	ip->check = fold(add_words(ip, sizeof(*ip), 0));
	put_transport(spec, at + sizeof(*ip), add_words(&ip->saddr, 8, 0));
	return length;
}

size_t frame_build(const struct frame_spec *spec, unsigned char frame[FRAME_MAX])
{
	struct ether_header *ethernet = (void *)frame;
	unsigned char *ip = frame + sizeof(*ethernet);

	put_addresses(spec, ethernet);
	return sizeof(*ethernet) + (spec->version == 6 ? put_ipv6(spec, ip) : put_ipv4(spec, ip));
}
