// SPDX-License-Identifier: LGPL-2.1-or-later
#include "translate.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "elsewhere.h"
#include "scene.h"

void forward_ports_to(const char *server)
{
	must_in(world.host,
		"nft add table ip6 nat && nft 'add chain ip6 nat in { type nat hook prerouting "
		"priority -100; }' && nft add rule ip6 nat in ip6 daddr " HOST_ADDRESS
		" tcp dport 80 dnat to [%s]:8080 && nft add rule ip6 nat in ip6 daddr " HOST_ADDRESS
		" udp dport 53 dnat to [%s]:5353",
		server, server);
}

void masquerade(const char *device)
{
	must_in(world.host,
		"nft add table ip6 nat && nft 'add chain ip6 nat out { type nat hook postrouting "
		"priority 100; }' && nft add rule ip6 nat out oif %s masquerade",
		device);
}

void be_router_of_second(void)
{
	must("ip -n %s addr add fe80::3:1/64 dev " SECOND_DEVICE " nodad", world.host);
	must("ip -n %s route add default via " SECOND_ADDRESS, second);
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.forwarding=1");
}

void forget_tracking(void)
{
	struct {
		struct nlmsghdr header;
		struct nfgenmsg family;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.family = { .nfgen_family = AF_UNSPEC },
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} reply;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	assert_int_equal(send(fd, &request, sizeof(request), 0), sizeof(request));
	assert_true(recv(fd, &reply, sizeof(reply), 0) >= (ssize_t)sizeof(reply.header) + 4);
	assert_int_equal(reply.header.nlmsg_type, NLMSG_ERROR);
	assert_int_equal(reply.error.error, 0);
	close(fd);
}
