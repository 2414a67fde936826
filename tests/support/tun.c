// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tun.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "world.h"

/* The kernel makes an address valid in a work queue of its own, also without DAD. */
static bool has_valid_address(void *name)
{
	return !*must("ip -6 addr show dev %s tentative", (const char *)name);
}

int make_tun(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		print_message("# no /dev/net/tun here\n");
		skip();
	}
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, TUNSETIFF, &request), 0);
	must("ip addr add 2001:db8:1::1/64 dev %s nodad && ip link set %s up", name, name);
	wait_until(has_valid_address, (void *)name, "the device's address is valid");
	return fd;
}

struct udp_packet {
	struct ip6_hdr ip;
	struct udphdr udp;
	char text[6];
} __attribute__((packed));

static uint16_t checksum(const struct udp_packet *packet)
{
	uint32_t sum = htons(sizeof(packet->udp) + sizeof(packet->text)) + htons(IPPROTO_UDP);
	uint16_t word;

	/* The addresses, the UDP header and the text: all behind the first 8 bytes. */
	for (size_t i = 8; i < sizeof(*packet); i += sizeof(word)) {
		memcpy(&word, (const char *)packet + i, sizeof(word));
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

void write_udp(int tun, uint16_t port, const char *text)
{
	struct udp_packet packet = {};

	packet.ip.ip6_flow = htonl(6 << 28);
	packet.ip.ip6_plen = htons(sizeof(packet.udp) + sizeof(packet.text));
	packet.ip.ip6_nxt = IPPROTO_UDP;
	packet.ip.ip6_hlim = 64;
	packet.ip.ip6_src.s6_addr32[0] = packet.ip.ip6_dst.s6_addr32[0] = htonl(0x20010db8);
	packet.ip.ip6_src.s6_addr32[1] = packet.ip.ip6_dst.s6_addr32[1] = htonl(0x00010000);
	packet.ip.ip6_src.s6_addr[15] = 2;
	packet.ip.ip6_dst.s6_addr[15] = 1;
	packet.udp.uh_sport = htons(9);
	packet.udp.uh_dport = htons(port);
	packet.udp.uh_ulen = packet.ip.ip6_plen;
	memcpy(packet.text, text, sizeof(packet.text));
	packet.udp.uh_sum = checksum(&packet);
	assert_int_equal(write(tun, &packet, sizeof(packet)), sizeof(packet));
}
