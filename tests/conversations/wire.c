// SPDX-License-Identifier: LGPL-2.1-or-later
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scene.h"

#define BURST 64

struct frame {
	struct ether_header ethernet;
	struct ip6_hdr ip;
	union {
		struct tcphdr tcp;
		struct {
			struct udphdr udp;
			char text[sizeof(CRAFTED_TEXT) - 1];
		} __attribute__((packed)) datagram;
	};
} __attribute__((packed));

static struct crafted between_the_two(uint16_t source_port, uint16_t destination_port)
{
	struct crafted packet = { .source_port = source_port,
				  .destination_port = destination_port };

	inet_pton(AF_INET6, PEER_ADDRESS, &packet.source);
	inet_pton(AF_INET6, HOST_ADDRESS, &packet.destination);
	return packet;
}

struct crafted crafted_tcp(uint16_t source_port, uint16_t destination_port, uint8_t flags)
{
	struct crafted packet = between_the_two(source_port, destination_port);

	packet.protocol = IPPROTO_TCP;
	packet.flags = flags;
	return packet;
}

struct crafted crafted_udp(uint16_t source_port, uint16_t destination_port)
{
	struct crafted packet = between_the_two(source_port, destination_port);

	packet.protocol = IPPROTO_UDP;
	return packet;
}

void set_source(struct crafted *packet, const char *address)
{
	assert_int_equal(inet_pton(AF_INET6, address, &packet->source), 1);
}

void set_destination(struct crafted *packet, const char *address)
{
	assert_int_equal(inet_pton(AF_INET6, address, &packet->destination), 1);
}

static void read_link_address(const char *netns, const char *device, uint8_t address[6])
{
	struct ifreq request = {};
	int fd;

	enter_namespace(netns);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	assert_int_equal(ioctl(fd, SIOCGIFHWADDR, &request), 0);
	memcpy(address, request.ifr_hwaddr.sa_data, 6);
	close(fd);
	enter_host();
}

struct wire open_wire(const char *netns, const char *device, const char *host_device)
{
	return open_wire_to(netns, device, world.host, host_device);
}

struct wire open_wire_to(const char *netns, const char *device, const char *to_netns,
			 const char *to_device)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	struct wire wire;

	read_link_address(netns, device, wire.from);
	read_link_address(to_netns, to_device, wire.to);
	enter_namespace(netns);
	wire.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	assert_true(wire.fd >= 0);
	address.sll_ifindex = if_nametoindex(device);
	enter_host();
	assert_int_equal(bind(wire.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return wire;
}

void close_wire(struct wire *wire)
{
	close(wire->fd);
}

/* Over the pseudo header and length bytes of payload, so that a receiver accepts it. */
static uint16_t checksum(const struct frame *frame, uint16_t length)
{
	const char *bytes = (const char *)frame + offsetof(struct frame, ip.ip6_src);
	uint32_t sum = htons(length) + htons(frame->ip.ip6_nxt);
	size_t end = 2 * sizeof(struct in6_addr) + length;
	uint16_t word;

	for (size_t i = 0; i < end; i += sizeof(word)) {
		word = 0;
		memcpy(&word, bytes + i, i + 1 < end ? sizeof(word) : 1);
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static uint16_t write_tcp(struct frame *frame, const struct crafted *packet)
{
	frame->tcp.th_sport = htons(packet->source_port);
	frame->tcp.th_dport = htons(packet->destination_port);
	frame->tcp.th_seq = htonl(packet->sequence);
	frame->tcp.th_ack = htonl(packet->acknowledgement);
	frame->tcp.th_off = sizeof(frame->tcp) / 4;
	frame->tcp.th_flags = packet->flags;
	frame->tcp.th_win = htons(1000);
	return sizeof(frame->tcp);
}

static uint16_t write_udp(struct frame *frame, const struct crafted *packet)
{
	frame->datagram.udp.uh_sport = htons(packet->source_port);
	frame->datagram.udp.uh_dport = htons(packet->destination_port);
	frame->datagram.udp.uh_ulen = htons(sizeof(frame->datagram));
	memcpy(frame->datagram.text, CRAFTED_TEXT, sizeof(frame->datagram.text));
	return sizeof(frame->datagram);
}

/* Returns the frame's length. */
static size_t write_frame(struct frame *frame, const struct wire *wire,
			  const struct crafted *packet)
{
	bool tcp = packet->protocol == IPPROTO_TCP;
	uint16_t length, sum;

	memset(frame, 0, sizeof(*frame));
	memcpy(frame->ethernet.ether_dhost, wire->to, 6);
	memcpy(frame->ethernet.ether_shost, wire->from, 6);
	frame->ethernet.ether_type = htons(ETHERTYPE_IPV6);
	frame->ip.ip6_flow = htonl(6 << 28);
	frame->ip.ip6_nxt = packet->protocol;
	frame->ip.ip6_hlim = 64;
	frame->ip.ip6_src = packet->source;
	frame->ip.ip6_dst = packet->destination;
	length = tcp ? write_tcp(frame, packet) : write_udp(frame, packet);
	frame->ip.ip6_plen = htons(length);
	sum = checksum(frame, length);
	if (tcp)
		frame->tcp.th_sum = sum;
	else
		frame->datagram.udp.uh_sum = sum;
	return sizeof(frame->ethernet) + sizeof(frame->ip) + length;
}

static void put_burst(struct wire *wire, const struct crafted *packets, size_t n)
{
	struct mmsghdr messages[BURST] = {};
	struct frame frames[BURST];
	struct iovec parts[BURST];
	size_t sent = 0;

	for (size_t i = 0; i < n; i++) {
		parts[i].iov_base = &frames[i];
		parts[i].iov_len = write_frame(&frames[i], wire, &packets[i]);
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (sent < n) {
		int now = sendmmsg(wire->fd, messages + sent, n - sent, 0);

		assert_true(now > 0 || errno == ENOBUFS || errno == EINTR);
		sent += now > 0 ? now : 0;
	}
}

void put(struct wire *wire, const struct crafted *packets, size_t n)
{
	for (size_t i = 0; i < n; i += BURST)
		put_burst(wire, packets + i, n - i < BURST ? n - i : BURST);
}
