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
#include <sys/socket.h>
#include <unistd.h>

#include "trace.h"
#include "world.h"

#define STRANGER "2001:db8:ffff::1"
#define STRANGER_PORT 40000

/* After so many drops in a jiffy, a program takes the shortcut for the rest of it. */
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

uint32_t xdp_program(uint32_t ifindex)
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

static uint32_t verdict_on(int program, uint32_t protocol, uint16_t port, uint32_t times)
{
	struct frame frame = attempt(protocol, port);
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &frame, .data_size_in = sizeof(frame),
		    .repeat = times);

	assert_int_equal(bpf_prog_test_run_opts(program, &run), 0);
	return run.retval;
}

bool program_passes(uint32_t program_id, uint32_t protocol, uint16_t port, bool in_flood)
{
	int program = bpf_prog_get_fd_by_id(program_id);
	uint32_t verdict;

	agree(program >= 0, "program %u does not exist", program_id);
	if (in_flood)
		agree(verdict_on(program, protocol, 0, FLOOD) == XDP_DROP,
		      "program %u passes port 0", program_id);
	verdict = verdict_on(program, protocol, port, 1);
	close(program);
	agree(verdict == XDP_PASS || verdict == XDP_DROP, "program %u returned %u", program_id,
	      verdict);
	return verdict == XDP_PASS;
}
