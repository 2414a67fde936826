// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plain_packet.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include "connections.h"

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

static int open_program(uint32_t id)
{
	int program = bpf_prog_get_fd_by_id(id);

	assert_true(program >= 0);
	return program;
}

int guard_of(const char *device)
{
	return open_program(status_of(device).guard_id);
}

/* What programs at the netdev hook return. */
#define NEXT_PROGRAM ((uint32_t)-1)
#define DROP_PACKET 2

enum judgement judgement_of(int program, const struct plain_packet *packet, size_t length,
			    uint32_t times)
{
	/* Only with a context the kernel tells programs at this hook the packet's length. */
	struct __sk_buff context = {};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = length,
		    .repeat = (int)times);
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	bool xdp;

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		return FAILS;
	xdp = info.type == BPF_PROG_TYPE_XDP;
	if (!xdp) {
		run.ctx_in = &context;
		run.ctx_size_in = sizeof(context);
	}
	if (bpf_prog_test_run_opts(program, &run))
		return FAILS;
	if (run.retval == (xdp ? XDP_PASS : NEXT_PROGRAM))
		return PASSES;
	return run.retval == (xdp ? XDP_DROP : DROP_PACKET) ? DROPS : FAILS;
}

bool is_let_in(const char *device, const struct plain_packet *packet, size_t length)
{
	const struct netfwv6_connection_status status = status_of(device);
	int first = open_program(status.program_id), guard = open_program(status.guard_id);
	enum judgement says = judgement_of(guard, packet, length, 1);
	enum judgement in_front = judgement_of(first, packet, length, 1);

	assert_int_not_equal(says, FAILS);
	/* XDP leaves to the guard what conversations could tell. */
	assert_true(in_front == says || in_front == PASSES);
	close(first);
	close(guard);
	return says == PASSES;
}
