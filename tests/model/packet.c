// SPDX-License-Identifier: LGPL-2.1-or-later
#include "packet.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trace.h"
#include "world.h"

#define STRANGER "2001:db8:ffff::1"
#define STRANGER_PORT 40000

/* Of newer headers than the oldest supported system has. */
#define TCX_INGRESS ((enum bpf_attach_type)46)

/* What the guard returns. */
#define NEXT_PROGRAM ((uint32_t)-1)
#define DROP_PACKET 2

/* After so many drops in a jiffy, a program takes the shortcut for the rest of it. */
#define BURSTS 16
#define FLOOD 200

struct frame {
	struct ethhdr ethernet;
	struct ipv6hdr ip;
	union {
		struct tcphdr tcp;
		struct udphdr udp;
	};
} __attribute__((packed));

static struct frame attempt(uint32_t protocol, uint16_t port)
{
	struct frame f = {
		.ethernet.h_proto = htons(ETH_P_IPV6),
		.ip = { .version = 6, .nexthdr = protocol, .hop_limit = 64 },
	};

	inet_pton(AF_INET6, STRANGER, &f.ip.saddr);
	inet_pton(AF_INET6, HOST_ADDRESS, &f.ip.daddr);
	f.ip.payload_len = htons(sizeof(f.tcp)); /* of UDP: with 12 bytes of data */
	if (protocol == NETFWV6_PROTOCOL_TCP) {
		f.tcp = (struct tcphdr){ .doff = sizeof(f.tcp) / 4, .syn = 1 };
		f.tcp.source = htons(STRANGER_PORT);
		f.tcp.dest = htons(port);
	} else {
		f.udp = (struct udphdr){ .len = f.ip.payload_len };
		f.udp.source = htons(STRANGER_PORT);
		f.udp.dest = htons(port);
	}
	return f;
}

/* An answer's first attribute of that type among len bytes, or NULL. */
static const struct rtattr *find_attribute(const struct rtattr *at, int len, unsigned short type)
{
	for (; RTA_OK(at, len); at = RTA_NEXT(at, len))
		if ((at->rta_type & NLA_TYPE_MASK) == type)
			return at;
	return NULL;
}

static uint32_t program_in(const struct nlmsghdr *answer)
{
	const struct ifinfomsg *link = NLMSG_DATA(answer);
	const struct rtattr *xdp =
		find_attribute(IFLA_RTA(link), (int)IFLA_PAYLOAD(answer), IFLA_XDP);
	const struct rtattr *id =
		xdp ? find_attribute(RTA_DATA(xdp), (int)RTA_PAYLOAD(xdp), IFLA_XDP_PROG_ID) : NULL;

	return id ? *(const uint32_t *)RTA_DATA(id) : 0;
}

static uint32_t xdp_program(uint32_t ifindex)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETLINK,
			    .nlmsg_flags = NLM_F_REQUEST },
		.link = { .ifi_index = (int)ifindex },
	};
	/* One socket for all requests would stay in the network namespace that it is of. */
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	static union {
		struct nlmsghdr header;
		char bytes[16384];
	} answer;

	assert_true(fd >= 0);
	assert_int_equal(send(fd, &request, sizeof(request), 0), sizeof(request));
	assert_true(recv(fd, &answer, sizeof(answer), 0) > (ssize_t)sizeof(request));
	close(fd);
	assert_int_equal(answer.header.nlmsg_type, RTM_NEWLINK);
	return program_in(&answer.header);
}

/* On kernels without links at the hook, a filter has it. */
static uint32_t guard_filter(uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	return atoi(must("nsenter --net=/proc/%d/task/%d/ns/net tc -j filter show dev %s ingress | "
			 "jq '[.[] | select(has(\"options\")) | .options.prog.id] | .[0] // 0'",
			 getpid(), gettid(), if_indextoname(ifindex, name)));
}

static uint32_t guard_program(uint32_t ifindex)
{
	uint32_t flags, ids[2], count = 2;

	if (bpf_prog_query((int)ifindex, TCX_INGRESS, 0, &flags, ids, &count))
		return guard_filter(ifindex);
	assert_true(count <= 1);
	return count ? ids[0] : 0;
}

struct hooked programs_on(uint32_t ifindex)
{
	return (struct hooked){ xdp_program(ifindex), guard_program(ifindex) };
}

static bool is_xdp(int program)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &size), 0);
	return info.type == BPF_PROG_TYPE_XDP;
}

static uint32_t verdict_on(int program, uint32_t protocol, uint16_t port, uint32_t times)
{
	struct frame frame = attempt(protocol, port);
	/* Only with a context the kernel tells the guard the packet's length. */
	struct __sk_buff context = {};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &frame, .data_size_in = sizeof(frame),
		    .repeat = times);

	if (!is_xdp(program)) {
		run.ctx_in = &context;
		run.ctx_size_in = sizeof(context);
	}
	assert_int_equal(bpf_prog_test_run_opts(program, &run), 0);
	return run.retval;
}

/* Of XDP's bursts one may end at the beginning of a jiffy, which has questions of its own. */
static bool drops_in_a_flood(int program, uint32_t protocol, uint16_t port, uint32_t drop)
{
	for (int burst = 0; burst < BURSTS; burst++)
		if (verdict_on(program, protocol, port, FLOOD) == drop)
			return true;
	return false;
}

bool program_passes(uint32_t program_id, uint32_t protocol, uint16_t port, bool in_flood)
{
	int program = bpf_prog_get_fd_by_id(program_id);
	uint32_t verdict, pass, drop;

	agree(program >= 0, "program %u does not exist", program_id);
	pass = is_xdp(program) ? XDP_PASS : NEXT_PROGRAM;
	drop = is_xdp(program) ? XDP_DROP : DROP_PACKET;
	if (in_flood)
		agree(drops_in_a_flood(program, protocol, 0, drop), "program %u passes port 0",
		      program_id);
	verdict = verdict_on(program, protocol, port, 1);
	close(program);
	agree(verdict == pass || verdict == drop, "program %u returned %u", program_id, verdict);
	return verdict == pass;
}

bool program_asks(uint32_t program_id, uint32_t protocol, uint16_t port)
{
	int program = bpf_prog_get_fd_by_id(program_id);
	bool drops;

	agree(program >= 0, "program %u does not exist", program_id);
	drops = drops_in_a_flood(program, protocol, port, XDP_DROP);
	close(program);
	return drops;
}
