// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inject.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ways.h"
#include "world.h"

struct datagram {
	struct ether_header ethernet;
	struct ip6_hdr ip;
	struct udphdr udp;
	uint32_t number;
} __attribute__((packed));

static uint32_t sum_of(const void *bytes, size_t size, uint32_t sum)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += byte[i] << 8 | byte[i + 1];
	return sum;
}

static uint16_t checksum(const struct datagram *d)
{
	uint32_t sum = IPPROTO_UDP + ntohs(d->udp.uh_ulen);

	sum = sum_of(&d->ip.ip6_src, 2 * sizeof(d->ip.ip6_src), sum);
	sum = sum_of(&d->udp, sizeof(d->udp) + sizeof(d->number), sum);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff ?: 0xffff);
}

static struct datagram make(uint16_t port, uint32_t number)
{
	struct datagram d = { .number = htonl(number) };

	assert_int_equal(sscanf(host_mac(), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx",
				&d.ethernet.ether_dhost[0], &d.ethernet.ether_dhost[1],
				&d.ethernet.ether_dhost[2], &d.ethernet.ether_dhost[3],
				&d.ethernet.ether_dhost[4], &d.ethernet.ether_dhost[5]),
			 6);
	memcpy(d.ethernet.ether_shost, "\x02\x00\x00\x00\x00\x01", ETHER_ADDR_LEN);
	d.ethernet.ether_type = htons(ETHERTYPE_IPV6);
	d.ip.ip6_vfc = 6 << 4;
	d.ip.ip6_plen = htons(sizeof(d.udp) + sizeof(d.number));
	d.ip.ip6_nxt = IPPROTO_UDP;
	d.ip.ip6_hlim = 64;
	inet_pton(AF_INET6, PEER_ADDRESS, &d.ip.ip6_src);
	d.ip.ip6_src.s6_addr32[2] = htonl(number);
	inet_pton(AF_INET6, HOST_ADDRESS, &d.ip.ip6_dst);
	d.udp.uh_sport = htons(1024 + number % 60000);
	d.udp.uh_dport = htons(port);
	d.udp.uh_ulen = d.ip.ip6_plen;
	d.udp.uh_sum = checksum(&d);
	return d;
}

/* The way may be a dead end, which is no failure of the sender's. */
void inject(const char *device, uint16_t port, uint32_t number)
{
	struct datagram d = make(port, number);
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_IPV6) };
	uint32_t mark;
	int fd;

	enter_peer();
	to.sll_ifindex = (int)if_nametoindex(device);
	mark = if_nametoindex(PEER_DEVICE);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	enter_host();
	assert_true(fd >= 0 && to.sll_ifindex);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)), 0);
	(void)!sendto(fd, &d, sizeof(d), 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}
