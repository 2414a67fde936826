// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A host with two machines on its bridge, one of them outside of a firewalled port: what the
 * bridge carries on passes, and what it takes in is judged, by whatever address.
 */
#include <unistd.h>

#include "behind.h"
#include "modes.h"
#include "rows.h"
#include "talk.h"

#define BRIDGE_MAC "02:00:00:00:00:b0"
#define NEW_MAC "02:00:00:00:00:b1"
#define ABOVE_MAC "02:00:00:00:00:a0"
#define UNKNOWN_MAC "02:00:00:00:00:77"
#define ON_BRIDGE "2001:db8::3"
#define ABOVE_ADDRESS "2001:db8:4::4"

static void make_bridge(void)
{
	put_host_on_bridge();
	must("ip -n %s link set br0 address " BRIDGE_MAC, world.host);
	inner = make_namespace("inner");
	make_link((struct end){ world.host, "in0", NULL },
		  (struct end){ inner, INNER_DEVICE, ON_BRIDGE "/64" });
	must("ip -n %s link set in0 master br0", world.host);
}

/* A further one, to which the host forwards. */
static void add_network(void)
{
	must("ip -n %s link add d0 type veth peer name d1 && ip -n %s link set d1 up && ip -n %s "
	     "addr add 2001:db8:4::1/64 dev d0 nodad && "
	     "ip -n %s link set d0 up",
	     world.host, world.host, world.host, world.host);
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.forwarding=1");
}

static void what_the_bridge_carries_on_passes(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct listeners host;

	(void)s;
	make_bridge();
	host = listen_at_all(world.host);
	for (size_t i = 0; i < MODES; i++) {
		const struct row rows[] = {
			FORWARDED("for a machine on the bridge", ON_BRIDGE,
				  mac_of(inner, INNER_DEVICE)),
			FORWARDED("for a station that the bridge looks for", "2001:db8::77",
				  UNKNOWN_MAC),
			JUDGED("for the bridge", HOST_ADDRESS, BRIDGE_MAC),
			JUDGED("for the port", HOST_ADDRESS, mac_of(world.host, HOST_DEVICE)),
			JUDGED("for the bridge, to a machine on it", ON_BRIDGE, BRIDGE_MAC),
			JUDGED("for the port, to a machine on the bridge", ON_BRIDGE,
			       mac_of(world.host, HOST_DEVICE)),
			JUDGED("for all stations", ON_BRIDGE, "ff:ff:ff:ff:ff:ff"),
			JUDGED("for a group's stations", "ff02::1234", "33:33:00:00:12:34"),
			JUDGED("for a group's stations, to this host", HOST_ADDRESS,
			       "33:33:00:00:12:34"),
		};

		pass_forwarded(modes[i].name);
		CHECK(&wire, rows);
	}
	expect_silence(&host);
	close_wire(&wire);
}

static void machines_on_the_bridge_converse(void **s)
{
	struct listeners host;

	(void)s;
	make_bridge();
	host = listen_at_all(world.host);
	for (size_t i = 0; i < MODES; i++) {
		struct session session;

		pass_forwarded(modes[i].name);
		session = begin_session(world.peer, inner, ON_BRIDGE, 80);
		speak_in_turn(session.this, session.that);
		end_session(&session);
		session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
		speak_in_turn(session.that, session.this);
		end_session(&session);
	}
	assert_int_equal(dropped(HOST_DEVICE), 0);
	expect_silence(&host);
}

/* Ports that come and go change it, where nobody has set it. */
static void a_bridge_may_change_its_address(void **s)
{
	static const struct row before[] = { FORWARDED("for another", HOST_ADDRESS, NEW_MAC) };
	static const struct row after[] = { JUDGED("for the bridge", HOST_ADDRESS, NEW_MAC) };
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_bridge();
	for (size_t i = 0; i < MODES; i++) {
		must("ip -n %s link set br0 address " BRIDGE_MAC, world.host);
		pass_forwarded(modes[i].name);
		CHECK(&wire, before);
		must("ip -n %s link set br0 address " NEW_MAC, world.host);
		CHECK(&wire, after);
	}
	close_wire(&wire);
}

/* The device was enabled before, and nobody tells its programs. */
static void a_device_may_become_a_port(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	static const struct row alone[] = {
		JUDGED("for a station that is not here", ON_BRIDGE, UNKNOWN_MAC),
	};
	static const struct row on_bridge[] = {
		FORWARDED("for a station beyond the bridge", ON_BRIDGE, UNKNOWN_MAC),
		JUDGED("for the bridge", HOST_ADDRESS, BRIDGE_MAC),
	};

	(void)s;
	pass_forwarded("tc");
	CHECK(&wire, alone);
	make_bridge();
	CHECK(&wire, on_bridge);
	must("ip -n %s link set " HOST_DEVICE " nomaster", world.host);
	CHECK(&wire, alone);
	close_wire(&wire);
}

/* What the bridge's address gets is then the router's. */
static void a_bridge_may_route(void **s)
{
	static const struct row rows[] = {
		FORWARDED("for the router, to a network behind it", "2001:db8:4::99", BRIDGE_MAC),
		JUDGED("for the router, to itself", HOST_ADDRESS, BRIDGE_MAC),
		JUDGED("for the router, to its other address", "2001:db8:4::1", BRIDGE_MAC),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_bridge();
	add_network();
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		CHECK(&wire, rows);
	}
	close_wire(&wire);
}

/* ---- What stands on the bridge, or on its port ---------------------------------------- */

static void put_on(const char *below, const char *netns, const char *kind)
{
	make_or_skip("ip -n %s link add up0 link %s address " ABOVE_MAC " netns %s type %s",
		     world.host, below, netns, kind);
	must("ip -n %s addr add " ABOVE_ADDRESS "/64 dev up0 nodad && ip -n %s link set up0 up",
	     netns, netns);
}

static void judged_on_the_bridge(const char *kind)
{
	static const struct row rows[] = {
		JUDGED("for a device of this host on the bridge", ABOVE_ADDRESS, ABOVE_MAC),
		JUDGED("for that device, to the bridge's address", HOST_ADDRESS, ABOVE_MAC),
		FORWARDED("for a station that the bridge looks for", ON_BRIDGE, UNKNOWN_MAC),
		JUDGED("for the bridge", HOST_ADDRESS, BRIDGE_MAC),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	make_bridge();
	put_on("br0", world.host, kind);
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		CHECK(&wire, rows);
	}
	close_wire(&wire);
}

static void a_macvlan_on_the_bridge_is_this_hosts(void **s)
{
	(void)s;
	judged_on_the_bridge("macvlan mode bridge");
}

static void a_vlan_on_the_bridge_is_this_hosts(void **s)
{
	(void)s;
	judged_on_the_bridge("vlan id 7");
}

static void a_macvlan_of_others_on_the_bridge_is_theirs(void **s)
{
	static const struct row rows[] = {
		FORWARDED("for a container on the bridge", ABOVE_ADDRESS, ABOVE_MAC),
		JUDGED("for the bridge", HOST_ADDRESS, BRIDGE_MAC),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_bridge();
	put_on("br0", inner, "macvlan mode bridge");
	pass_forwarded("tc");
	CHECK(&wire, rows);
	close_wire(&wire);
}

/* What is tagged may be for a VLAN of the port's, which hands it on to who knows whom. */
static void tagged_frames_are_judged_where_the_port_has_vlans(void **s)
{
	static const struct row rows[] = { FORWARDED("for another", ON_BRIDGE, UNKNOWN_MAC) };
	static const struct row judged[] = { JUDGED("for another", ON_BRIDGE, UNKNOWN_MAC) };
	struct wire plain = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE), tagged;

	(void)s;
	make_bridge();
	make_or_skip("ip -n %s link add t7 link " PEER_DEVICE
		     " type vlan id 7 && ip -n %s link set t7 up",
		     world.peer, world.peer);
	tagged = open_wire(world.peer, "t7", HOST_DEVICE);
	pass_forwarded("tc");
	CHECK(&tagged, rows);
	must("ip -n %s link add v7 link " HOST_DEVICE " type vlan id 7", world.host);
	CHECK(&plain, rows);
	CHECK(&tagged, judged);
	close_wire(&plain);
	close_wire(&tagged);
}

static void a_bridge_in_a_vrf_is_asked_for_its_own_addresses(void **s)
{
	static const struct row rows[] = {
		JUDGED("for the bridge, to its address in the VRF", ABOVE_ADDRESS, BRIDGE_MAC),
		FORWARDED("for another", ABOVE_ADDRESS, UNKNOWN_MAC),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_or_skip("ip -n %s link add red type vrf table 200", world.host);
	make_bridge();
	/* Outside of the VRF it would be routed on. */
	add_network();
	must("ip -n %s link set red up && ip -n %s link set br0 master red && "
	     "ip -n %s addr add " ABOVE_ADDRESS "/64 dev br0 nodad",
	     world.host, world.host, world.host);
	pass_forwarded("tc");
	CHECK(&wire, rows);
	close_wire(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(what_the_bridge_carries_on_passes),
		scene(machines_on_the_bridge_converse),
		scene(a_bridge_may_change_its_address),
		scene(a_device_may_become_a_port),
		scene(a_bridge_may_route),
		scene(a_macvlan_on_the_bridge_is_this_hosts),
		scene(a_vlan_on_the_bridge_is_this_hosts),
		scene(a_macvlan_of_others_on_the_bridge_is_theirs),
		scene(tagged_frames_are_judged_where_the_port_has_vlans),
		scene(a_bridge_in_a_vrf_is_asked_for_its_own_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
