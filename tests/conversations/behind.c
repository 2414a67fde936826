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
