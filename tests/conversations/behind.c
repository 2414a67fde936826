// SPDX-License-Identifier: LGPL-2.1-or-later
#include "behind.h"

#include "scene.h"

const char *inner;

void route_inner(void)
{
	inner = make_namespace("inner");
	make_link((struct end){ world.host, "in0", "2001:db8:1::1/64" },
		  (struct end){ inner, INNER_DEVICE, INNER_ADDRESS "/64" });
	/* To ask for its neighbour, a router needs a link-local address. */
	must("ip -n %s addr add " HOST_LINK_LOCAL "/64 dev in0 nodad", world.host);
	must("ip -n %s route add default via 2001:db8:1::1", inner);
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.forwarding=1");
}

void know_the_way_back(void)
{
	must("ip -n %s route add 2001:db8:1::/64 via " HOST_ADDRESS, world.peer);
}

void put_host_on_bridge(void)
{
	must("ip -n %s link add br0 type bridge forward_delay 0 mcast_snooping 0", world.host);
	must("ip -n %s addr flush dev " HOST_DEVICE, world.host);
	must("ip -n %s link set " HOST_DEVICE " master br0", world.host);
	must("ip -n %s addr add " HOST_ADDRESS "/64 dev br0 nodad", world.host);
	must("ip -n %s addr add " HOST_LINK_LOCAL "/64 dev br0 nodad", world.host);
	must("ip -n %s link set br0 up && ip -n %s link show dev br0", world.host, world.host);
}
