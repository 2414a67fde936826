// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plain_packet.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>

#include "world.h"

#define STRANGERS_PORT 40000

static struct tcphdr syn_to(uint16_t port)
{
	return (struct tcphdr){
		.th_sport = htons(STRANGERS_PORT),
		.th_dport = htons(port),
		.th_off = sizeof(struct tcphdr) / 4,
		.th_flags = TH_SYN,
	};
}

static struct udphdr datagram_to(uint16_t port)
{
	return (struct udphdr){
		.uh_sport = htons(STRANGERS_PORT),
		.uh_dport = htons(port),
		.uh_ulen = htons(sizeof(struct udphdr)),
	};
}

size_t make_plain_packet(struct plain_packet *packet, uint8_t protocol, uint16_t port)
{
	bool tcp = protocol == IPPROTO_TCP;
	size_t length = tcp ? sizeof(packet->tcp) : sizeof(packet->udp);

	*packet = (struct plain_packet){ .ip.ip6_nxt = protocol };
	if (tcp)
		packet->tcp = syn_to(port);
	else
		packet->udp = datagram_to(port);
	packet->ethernet.ether_type = htons(ETHERTYPE_IPV6);
	packet->ip.ip6_flow = htonl(6 << 28);
	packet->ip.ip6_plen = htons(length);
	inet_pton(AF_INET6, PEER_ADDRESS, &packet->ip.ip6_src);
	inet_pton(AF_INET6, HOST_ADDRESS, &packet->ip.ip6_dst);
	return offsetof(struct plain_packet, tcp) + length;
}

int attached_program(const char *device)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, device);
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	int fd;

	assert_ok(netfwv6_connection_get_status(connection, &status));
	fd = bpf_prog_get_fd_by_id(status.program_id);
	assert_true(fd >= 0);
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return fd;
}
