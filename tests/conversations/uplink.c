// SPDX-License-Identifier: LGPL-2.1-or-later
#include "uplink.h"

#include "scene.h"

void add_second_uplink(void)
{
	make_link((struct end){ world.host, "up1", "2001:db8:5::1/64" },
		  (struct end){ world.peer, "peer1", "2001:db8:5::2/64" });
	must("ip -n %s addr add fe80::2:1/64 dev up1 nodad", world.host);
	must("ip -n %s addr add " FAR_ADDRESS "/128 dev lo", world.peer);
	must("ip -n %s route add 2001:db8:f::/64 via 2001:db8:5::2 dev up1 src " HOST_ADDRESS,
	     world.host);
}
