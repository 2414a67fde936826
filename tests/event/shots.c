// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shots.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world.h"

#define TCP IPPROTO_TCP
#define UDP IPPROTO_UDP
#define TAGGED(n) TAG(ETH_P_8021Q, n)
/* A frame from a port to a port. */
#define FRAME(packet_, protocol_, from, to)                                                        \
	.packet = packet_, .protocol = protocol_, .source_port = from, .port = to
#define CLOSED_TCP .reason = "closed-tcp", .sentence = "TCP to a closed port", .with_ports = true
#define CLOSED_UDP .reason = "closed-udp", .sentence = "UDP to a closed port", .with_ports = true
#define DROPPED(keyword, words) .reason = keyword, .sentence = words
#define TRUNCATED DROPPED("truncated", "the frame ends before its headers or payload do")

const struct shot all_shots[] = {
	{ CLOSED_TCP, FRAME(PIECES(ETHERNET, IPV6, L4), TCP, 40001, 443) },
	{ CLOSED_UDP, FRAME(PIECES(ETHERNET, IPV6, L4, DATA(11)), UDP, 40002, 53) },
	{ FRAME(PIECES(ETHERNET, IPV6, L4, DATA(20)), UDP, 40003, SHOT_OPEN_PORT) },
	{ CLOSED_TCP, FRAME(PIECES(ETHERNET, IPV6, L4, DATA(1000)), TCP, 40004, 65535),
	  .tcp_flags = 0x10 },
	{ CLOSED_TCP, FRAME(PIECES(ETHERNET, IPV6, L4), TCP, 40005, 8080),
	  .source = "2001:db8:5::77", .tcp_flags = 0xff },
	{ FRAME(PIECES(ETHERNET, IPV6, NEXT(IPPROTO_ICMPV6), DATA(64)), TCP, 40006, 443) },
	{ FRAME(PIECES(ETHERNET, IPV4, L4, DATA(64)), TCP, 40007, 443) },
	{ CLOSED_UDP,
	  FRAME(PIECES(ETHERNET, TAGGED(0), IPV6, DEST(1), L4, DATA(33)), UDP, 40008, 8080) },
	{ TRUNCATED, FRAME(PIECES(ETHERNET, IPV6_PLUS(1), L4), TCP, 40009, 443) },
	{ TRUNCATED, FRAME(PIECES(ETHERNET, IPV6, KEEP(17)), TCP, 40010, 443),
	  .without_addresses = true },
	{ DROPPED("past-payload", "a header beyond the end the payload length gives"),
	  FRAME(PIECES(ETHERNET, IPV6, NEXT_IS_L4, PAYLOAD_ENDS, DATA(40)), UDP, 40011, 53) },
	{ DROPPED("many-headers", "16 or more extension headers"),
	  FRAME(PIECES(ETHERNET, IPV6, HEADERS(IPPROTO_DSTOPTS, 0, 16), L4), TCP, 40012, 443) },
	{ DROPPED("short-fragment", "first fragment without the whole header chain"),
	  FRAME(PIECES(ETHERNET, IPV6, FRAGMENT(0, MORE), DEST(0), NEXT_IS_L4), UDP, 40013, 53) },
	{ DROPPED("hidden-fragment", "fragment header behind another than hop-by-hop"),
	  FRAME(PIECES(ETHERNET, IPV6, DEST(0), FRAGMENT(0, MORE), L4, DATA(64)), UDP, 40014, 53) },
	{ DROPPED("jumbogram", "payload length 0 with a hop-by-hop header"),
	  FRAME(PIECES(ETHERNET, IPV6_LENGTH(0), HOP(0), L4, DATA(64)), UDP, 40015, 53) },
	{ DROPPED("many-tags", "more than two VLAN tags"),
	  FRAME(PIECES(ETHERNET, TAGGED(1), TAGGED(2), TAGGED(3), IPV6, L4, DATA(64)), TCP, 40016,
		443),
	  .without_addresses = true },
	{ DROPPED("bad-version", "a frame said to be IPv6 whose header is of another version"),
	  FRAME(PIECES(ETHERNET, IPV6_VERSION(5), L4, DATA(64)), TCP, 40017, 443),
	  .without_addresses = true },
	{ CLOSED_UDP, FRAME(PIECES(ETHERNET, IPV6, L4), UDP, 40018, 1), .source = "fe80::1:2" },
	{},
};

const struct shot passing_shot = {
	.packet = PIECES(ETHERNET, IPV6, L4, DATA(1)),
	.protocol = UDP,
	.source_port = 39999,
	.port = SHOT_OPEN_PORT,
};

static void set_address(struct frame *frame, size_t at, const char *text)
{
	struct in6_addr address;

	assert_int_equal(inet_pton(AF_INET6, text, &address), 1);
	if (frame->ip && frame->ip + 40 <= frame->length)
		memcpy(frame->bytes + frame->ip + at, &address, sizeof(address));
}

void build_shot(struct frame *frame, const struct shot *shot)
{
	/* Every byte without another meaning spells the source port, so that one does, too. */
	const struct variant variant = { shot->protocol, shot->port, shot->source_port };

	frame_build(frame, NULL, shot->packet, &variant);
	set_address(frame, 8, shot->source ?: PEER_ADDRESS);
	set_address(frame, 24, HOST_ADDRESS);
	if (shot->tcp_flags)
		frame->bytes[frame->ip + 40 + 13] = shot->tcp_flags;
}

void build_raw_shot(struct frame *frame, const struct shot *shot)
{
	build_shot(frame, shot);
	frame->length -= ETH_HLEN;
	memmove(frame->bytes, frame->bytes + ETH_HLEN, frame->length);
}

int open_link(const char *device)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	int link;

	enter_peer();
	link = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	address.sll_ifindex = (int)if_nametoindex(device);
	enter_host();
	assert_true(link >= 0 && address.sll_ifindex > 0);
	assert_int_equal(bind(link, (struct sockaddr *)&address, sizeof(address)), 0);
	return link;
}

void send_shot(int link, const struct shot *shot)
{
	static struct frame frame;

	build_shot(&frame, shot);
	assert_int_equal(write(link, frame.bytes, frame.length), frame.length);
}

void send_all_shots(int link)
{
	for (const struct shot *shot = all_shots; shot->packet; shot++)
		send_shot(link, shot);
}

void wait_for_shots(int link, const char *device, uint64_t n)
{
	send_shot(link, &passing_shot);
	wait_for_packets(device, "open-global", n);
}
