// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What stands on a firewalled device: containers with devices of their own on it, and devices of
 * this host, which are this host.
 */
#include <unistd.h>

#include "behind.h"
#include "modes.h"
#include "rows.h"
#include "talk.h"

#define CHILD_MAC "02:00:00:00:00:c0"
#define CHILD_ADDRESS "2001:db8::c"
#define FAR "2001:db8:1::77"

static void put_child(const char *netns, const char *kind)
{
	must("ip -n %s link add c0 link " HOST_DEVICE " address " CHILD_MAC " netns %s type %s",
	     world.host, netns, kind);
	must("ip -n %s addr add " CHILD_ADDRESS "/128 dev c0 nodad && ip -n %s link set c0 up",
	     netns, netns);
	must("ip -n %s -6 route add 2001:db8::/64 dev c0 metric 300", netns);
}

/* It passes whether or not this host forwards, as that has nothing to do with it. */
static void containers_on_macvlan_are_reached(void **s)
{
	static const struct row rows[] = {
		FORWARDED("for a container", CHILD_ADDRESS, CHILD_MAC),
		FORWARDED("for a container, to this host's address", HOST_ADDRESS, CHILD_MAC),
		JUDGED("for this host", HOST_ADDRESS),
		JUDGED("for this host, to a container's address", CHILD_ADDRESS),
		JUDGED("for nobody", CHILD_ADDRESS, "02:00:00:00:00:77"),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct listeners host = listen_at_all(world.host);

	(void)s;
	inner = make_namespace("inner");
	put_child(inner, "macvlan mode bridge");
	for (size_t i = 0; i < MODES; i++) {
		struct session session;

		pass_forwarded(modes[i].name);
		session = begin_session(world.peer, inner, CHILD_ADDRESS, 80);
		speak_in_turn(session.this, session.that);
		end_session(&session);
		CHECK(&wire, rows);
	}
	expect_silence(&host);
	close_wire(&wire);
}

static void a_macvlan_of_this_hosts_is_this_host(void **s)
{
	static const struct row rows[] = {
		JUDGED("for a device of this host", CHILD_ADDRESS, CHILD_MAC),
		JUDGED("for that device, to this host's other address", HOST_ADDRESS, CHILD_MAC),
		FORWARDED("for that device, to be routed on", FAR, CHILD_MAC),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct listeners host = listen_at_all(world.host);

	(void)s;
	put_child(world.host, "macvlan mode bridge");
	route_inner();
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		CHECK(&wire, rows);
	}
	expect_silence(&host);
	close_wire(&wire);
}

/* By the device below it its address would be somebody else's. */
static void a_macvlan_in_a_vrf_is_asked_for_its_own_addresses(void **s)
{
	static const struct row rows[] = {
		JUDGED("for a device in a VRF", "2001:db8:1::c", CHILD_MAC),
		FORWARDED("for the device below it, to the same address", "2001:db8:1::c"),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_or_skip("ip -n %s link add red type vrf table 200", world.host);
	route_inner();
	put_child(world.host, "macvlan mode bridge");
	must("ip -n %s link set red up && ip -n %s link set c0 master red && "
	     "ip -n %s addr add 2001:db8:1::c/128 dev c0 nodad",
	     world.host, world.host, world.host);
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		CHECK(&wire, rows);
	}
	close_wire(&wire);
}

static void tagged_frames_are_judged_where_there_are_vlans(void **s)
{
	static const struct row routed[] = { FORWARDED("to be routed on", FAR) };
	static const struct row judged[] = { JUDGED("to be routed on, perhaps", FAR) };
	struct wire plain = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE), tagged;

	(void)s;
	route_inner();
	make_or_skip("ip -n %s link add t7 link " PEER_DEVICE
		     " type vlan id 7 && ip -n %s link set t7 up",
		     world.peer, world.peer);
	tagged = open_wire(world.peer, "t7", HOST_DEVICE);
	must("ip -n %s link add v7 link " HOST_DEVICE " type vlan id 7", world.host);
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		CHECK(&tagged, judged);
	}
	/* XDP that is alone sees no tag that the kernel keeps apart, and has to reckon with one. */
	pass_forwarded("tc");
	CHECK(&plain, routed);
	close_wire(&plain);
	close_wire(&tagged);
}

/* The kernel sends it back behind the guard, in front of the last line. */
static void what_this_host_shapes_passes_all_the_same(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	static const struct row here[] = { JUDGED("to this host", HOST_ADDRESS) };

	(void)s;
	route_inner();
	know_the_way_back();
	make_or_skip("ip -n %s link add shaper type ifb && ip -n %s link set shaper up", world.host,
		     world.host);
	must_in(world.host, "tc qdisc add dev " HOST_DEVICE " clsact");
	for (size_t i = 0; i < MODES; i++) {
		struct session session;

		pass_forwarded(modes[i].name);
		must_in(world.host, "tc filter replace dev " HOST_DEVICE
				    " ingress protocol all prio 10 handle 800::1 u32 match u32 0 0 "
				    "action mirred egress redirect dev shaper");
		session = begin_session(world.peer, inner, INNER_ADDRESS, 80);
		speak_in_turn(session.this, session.that);
		end_session(&session);
		CHECK(&wire, here);
	}
	must_in(world.host, "ip -j -s link show dev shaper | jq -e '.[0].stats64.tx.packets > 5'");
	close_wire(&wire);
}

/* Who has more masters than a bridge and a VRF is not followed. */
static void a_member_of_a_bond_passes_nothing(void **s)
{
	static const struct row rows[] = { JUDGED("to be routed on by the bond", FAR) };
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_or_skip("ip -n %s link add b0 type bond mode active-backup", world.host);
	route_inner();
	must("ip -n %s link set " HOST_DEVICE " down && ip -n %s link set " HOST_DEVICE
	     " master b0 && ip -n %s link set b0 up && ip -n %s link set " HOST_DEVICE " up",
	     world.host, world.host, world.host, world.host);
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.forwarding=1");
	pass_forwarded("tc");
	CHECK(&wire, rows);
	close_wire(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(containers_on_macvlan_are_reached),
		scene(a_macvlan_of_this_hosts_is_this_host),
		scene(a_macvlan_in_a_vrf_is_asked_for_its_own_addresses),
		scene(tagged_frames_are_judged_where_there_are_vlans),
		scene(what_this_host_shapes_passes_all_the_same),
		scene(a_member_of_a_bond_passes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
