// SPDX-License-Identifier: LGPL-2.1-or-later
#include "uppers.h"

#include "behind.h"
#include "elsewhere.h"
#include "scene.h"

static void leave_it(void)
{
}

/* Moves the host's addresses from the device to the one above. */
static void move_addresses(const char *device)
{
	must("ip -n %s addr flush dev " HOST_DEVICE, world.host);
	must("ip -n %s addr add " HOST_ADDRESS "/64 dev %s nodad", world.host, device);
	must("ip -n %s addr add " HOST_LINK_LOCAL "/64 dev %s nodad", world.host, device);
	must("ip -n %s link set %s up", world.host, device);
	settle(world.host, device);
}

static void make_macvlan(void)
{
	must("ip -n %s link add mv0 link " HOST_DEVICE " type macvlan mode bridge", world.host);
	move_addresses("mv0");
}

static void make_ipvlan(void)
{
	must("ip -n %s link add iv0 link " HOST_DEVICE " type ipvlan mode l2", world.host);
	move_addresses("iv0");
}

static void make_vlan(void)
{
	must("ip -n %s link add vl0 link " HOST_DEVICE " type vlan id 10", world.host);
	must("ip -n %s link add vl1 link " PEER_DEVICE " type vlan id 10", world.peer);
	move_addresses("vl0");
	must("ip -n %s addr flush dev " PEER_DEVICE, world.peer);
	must("ip -n %s addr add " PEER_ADDRESS "/64 dev vl1 nodad", world.peer);
	must("ip -n %s link set vl1 up", world.peer);
	settle(world.peer, "vl1");
}

static void make_bond(void)
{
	must("ip -n %s link add bo0 type bond mode active-backup", world.host);
	must("ip -n %s link set " HOST_DEVICE " down", world.host);
	must("ip -n %s link set " HOST_DEVICE " master bo0", world.host);
	move_addresses("bo0");
}

/* All links of the host are in one. */
static void make_vrf(void)
{
	must("ip -n %s link add vr0 type vrf table 10", world.host);
	must("ip -n %s link set vr0 up", world.host);
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1");
	must("ip -n %s link set " HOST_DEVICE " master vr0", world.host);
	must("ip -n %s link set " SECOND_DEVICE " master vr0", world.host);
	must("ip -n %s link set in0 master vr0", world.host);
	must("ip -n %s addr replace " HOST_ADDRESS "/64 dev " HOST_DEVICE " nodad", world.host);
	must("ip -n %s addr replace " HOST_LINK_LOCAL "/64 dev " HOST_DEVICE " nodad", world.host);
}

static void make_vxlan(void)
{
	static const char command[] = "ip -n %s link add %s type vxlan id 5 remote %s local %s "
				      "dstport 4789 udp6zerocsumrx dev %s";

	must(command, world.host, "vx0", PEER_ADDRESS, HOST_ADDRESS, HOST_DEVICE);
	must(command, world.peer, "vx1", HOST_ADDRESS, PEER_ADDRESS, PEER_DEVICE);
	must("ip -n %s addr add 2001:db8:7::1/64 dev vx0 nodad", world.host);
	must("ip -n %s addr add 2001:db8:7::2/64 dev vx1 nodad", world.peer);
	must("ip -n %s link set vx0 up && ip -n %s link set vx1 up", world.host, world.peer);
	settle(world.host, "vx0");
	settle(world.peer, "vx1");
}

/* A container in between, by way of which the host sends what goes to the second link. */
static void make_detour(void)
{
	const char *box = make_namespace("box");

	make_link((struct end){ world.host, "bx0", "2001:db8:b::1/64" },
		  (struct end){ box, "bx1", "2001:db8:b::2/64" });
	must("ip -n %s addr add fe80::b:1/64 dev bx0 nodad", world.host);
	must("ip -n %s addr add fe80::b:2/64 dev bx1 nodad", box);
	must("ip -n %s route add default via 2001:db8:b::1", box);
	must_in(box, "sysctl -qw net.ipv6.conf.all.forwarding=1");
	must("ip -n %s -6 route add 2001:db8:2::/64 via 2001:db8:b::2 table 100", world.host);
	must("ip -n %s -6 rule add iif " HOST_DEVICE " lookup 100", world.host);
}

const struct upper uppers[] = {
	{ "nothing", leave_it, HOST_DEVICE, PEER_DEVICE, false },
	{ "a bridge", put_host_on_bridge, "br0", PEER_DEVICE, true },
	{ "a macvlan", make_macvlan, "mv0", PEER_DEVICE, false },
	{ "a VXLAN", make_vxlan, "vx0", "vx1", false },
	{ "a container on the way", make_detour, HOST_DEVICE, PEER_DEVICE, false },
	{ "a VLAN", make_vlan, "vl0", "vl1", false },
	{ "a bond", make_bond, "bo0", PEER_DEVICE, false },
	{ "an ipvlan", make_ipvlan, "iv0", PEER_DEVICE, false },
	{ "a VRF", make_vrf, HOST_DEVICE, PEER_DEVICE, true },
};
const int n_uppers = sizeof(uppers) / sizeof(*uppers);

static bool kernel_has(const char *kind)
{
	bool has = run("ip link add nf6-try %s", kind)->status == 0;

	run("ip link del nf6-try");
	return has;
}

bool make_upper(const struct upper *upper)
{
	if ((upper->make == make_vlan && !kernel_has("link " HOST_DEVICE " type vlan id 99")) ||
	    (upper->make == make_ipvlan && !kernel_has("link " HOST_DEVICE " type ipvlan")) ||
	    (upper->make == make_bond && !kernel_has("type bond")) ||
	    (upper->make == make_vrf && !kernel_has("type vrf table 99")))
		return false;
	upper->make();
	return true;
}
