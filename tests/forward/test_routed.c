// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A router that passes what it forwards: the routing table says what is for itself, and that stays
 * closed.
 */
#include <string.h>
#include <unistd.h>

#include "behind.h"
#include "modes.h"
#include "rows.h"
#include "talk.h"

static const struct row rows[] = {
	FORWARDED("to a machine behind", INNER_ADDRESS),
	FORWARDED("to one behind that is not there", "2001:db8:1::77"),
	FORWARDED("to the network behind a machine", "2001:db8:3::1"),
	JUDGED("to this host", HOST_ADDRESS),
	JUDGED("to this host's address on the other device", "2001:db8:1::1"),
	JUDGED("to this host's link-local address", HOST_LINK_LOCAL),
	JUDGED("to a virtual address of this host", "2001:db8:7::7"),
	JUDGED("to an anycast address of this host", "2001:db8:8::8"),
	JUDGED("to the routers of a network", "2001:db8:1::"),
	JUDGED("to a group of link scope", "ff02::1234"),
	JUDGED("to a group of a wider scope", "ff0e::1234"),
	JUDGED("to where no route leads", "2001:db8:ffff::1"),
	JUDGED("to what is unreachable", "2001:db8:a1::1"),
	JUDGED("to what is prohibited", "2001:db8:a2::1"),
	JUDGED("to what is thrown away", "2001:db8:a3::1"),
	JUDGED("to a machine behind, for all stations", INNER_ADDRESS, "ff:ff:ff:ff:ff:ff"),
	JUDGED("to a machine behind, for a group's stations", INNER_ADDRESS, "33:33:00:00:00:01"),
	JUDGED("to a machine behind, for another station", INNER_ADDRESS, "02:00:00:00:00:77"),
};

static void make_routes(void)
{
	static const char *const routes[] = {
		"2001:db8:3::/64 via " INNER_ADDRESS, "local 2001:db8:7::/64 dev lo",
		"anycast 2001:db8:8::8 dev lo",	      "unreachable 2001:db8:a1::/64",
		"prohibit 2001:db8:a2::/64",	      "blackhole 2001:db8:a3::/64",
	};

	route_inner();
	know_the_way_back();
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++)
		must("ip -n %s -6 route add %s", world.host, routes[i]);
}

static void only_what_is_routed_on_passes(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct listeners host = listen_at_all(world.host);

	(void)s;
	make_routes();
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		CHECK(&wire, rows);
	}
	expect_silence(&host);
	close_wire(&wire);
}

static void a_machine_behind_is_reached(void **s)
{
	struct listeners host = listen_at_all(world.host);

	(void)s;
	make_routes();
	for (size_t i = 0; i < MODES; i++) {
		struct session session;
		int udp = udp_at(inner, NULL, 53), client = udp_at(world.peer, NULL, 0);

		pass_forwarded(modes[i].name);
		session = begin_session(world.peer, inner, INNER_ADDRESS, 80);
		speak_in_turn(session.this, session.that);
		say_to(client, INNER_ADDRESS, 53, "question");
		hear(udp, "question");
		end_session(&session);
		close(udp);
		close(client);
	}
	assert_true(packets(HOST_DEVICE, "forwarded") > 0);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	expect_silence(&host);
}

/* The second fragment has no ports, and the first is more than the kernel shows of it. */
static void a_datagram_in_fragments_arrives(void **s)
{
	int udp, client = udp_at(world.peer, NULL, 0);
	char text[4000];

	(void)s;
	make_routes();
	udp = udp_at(inner, NULL, 53);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	pass_forwarded("tc");
	say_to(client, INNER_ADDRESS, 53, text);
	hear(udp, text);
	assert_int_equal(packets(HOST_DEVICE, "forwarded"), 1);
	close(udp);
	close(client);
}

#define FLOOD 2000

static bool all_are_counted(void *context)
{
	(void)context;
	return packets(HOST_DEVICE, "forwarded") + dropped(HOST_DEVICE) >= FLOOD;
}

/* Under flood nothing is asked about conversations, and ports never used have a short way. */
static void a_flood_to_this_host_is_none_to_others(void **s)
{
	static struct crafted flood[FLOOD];
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_routes();
	for (uint16_t i = 0; i < FLOOD; i++) {
		flood[i] = crafted_tcp(40000, 10000 + i, SYN);
		set_destination(&flood[i], i % 2 ? INNER_ADDRESS : HOST_ADDRESS);
	}
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		put(&wire, flood, FLOOD);
		wait_until(all_are_counted, NULL, "the flood was counted");
		assert_int_equal(packets(HOST_DEVICE, "forwarded"), FLOOD / 2);
		firewall("stats --reset");
	}
	close_wire(&wire);
}

static const struct row judged[] = {
	JUDGED("to a machine behind, though all is judged", INNER_ADDRESS),
	JUDGED("to this host, though all is judged", HOST_ADDRESS),
};

static void without_forwarding_all_is_for_this_host(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_routes();
	pass_forwarded("tc");
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.forwarding=0");
	CHECK(&wire, judged);
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.forwarding=1");
	firewall("enable " HOST_DEVICE " --forward judge");
	CHECK(&wire, judged);
	close_wire(&wire);
}

/* Rules may make an address this host's own for some packets and not for others. */
static void rules_by_port_and_device_are_heeded(void **s)
{
	static const struct row by_port[] = {
		JUDGED("to a port that rules make this host's", INNER_ADDRESS, .port = OTHER_PORT),
		FORWARDED("to another port of the same address", INNER_ADDRESS),
	};
	static const struct row by_device[] = {
		JUDGED("to what is this host's by this device", INNER_ADDRESS),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_routes();
	must("ip -n %s -6 route add local ::/0 dev lo table 100", world.host);
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		for (int udp = 0; udp < 2; udp++)
			must("ip -n %s -6 rule add ipproto %s dport %d lookup 100 pref %d",
			     world.host, udp ? "udp" : "tcp", OTHER_PORT, 50 + udp);
		CHECK(&wire, by_port);
		must("ip -n %s -6 rule add dev " HOST_DEVICE " lookup 100 pref 52", world.host);
		CHECK(&wire, by_device);
		for (int pref = 50; pref < 53; pref++)
			must("ip -n %s -6 rule del pref %d", world.host, pref);
	}
	close_wire(&wire);
}

/* A VRF has a routing table of its own, in which its addresses are local. */
static void a_vrf_asks_its_own_table(void **s)
{
	static const struct row in_vrf[] = {
		JUDGED("to this host's address in the VRF", HOST_ADDRESS),
		FORWARDED("to this host's address outside of the VRF", "2001:db8:1::1"),
		JUDGED("to what the VRF has no route for", "2001:db8:ffff::1"),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_or_skip("ip -n %s link add red type vrf table 200", world.host);
	make_routes();
	must("ip -n %s link set red up && ip -n %s link set " HOST_DEVICE " master red", world.host,
	     world.host);
	must("ip -n %s addr replace " HOST_ADDRESS "/64 dev " HOST_DEVICE " nodad", world.host);
	must("ip -n %s -6 route add 2001:db8:1::/64 dev in0 table 200", world.host);
	must("ip -n %s -6 rule add pref 32000 lookup local && ip -n %s -6 rule del pref 0",
	     world.host, world.host);
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		CHECK(&wire, in_vrf);
	}
	close_wire(&wire);
}

/* What ends here may be anything behind its headers, also for this host. */
static void what_segment_routing_ends_here_is_for_this_host(void **s)
{
	static const struct row ends[] = { JUDGED("to a segment of this host's", "2001:db8:6::1") };
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_routes();
	make_or_skip("ip -n %s -6 route add 2001:db8:6::/64 encap seg6local action End dev in0",
		     world.host);
	for (size_t i = 0; i < MODES; i++) {
		pass_forwarded(modes[i].name);
		CHECK(&wire, ends);
	}
	close_wire(&wire);
}

static void masquerade(void)
{
	must_in(world.host,
		"nft add table ip6 nat && "
		"nft 'add chain ip6 nat out { type nat hook postrouting priority 100; }' && "
		"for p in tcp udp; do nft \"add rule ip6 nat out oif " HOST_DEVICE
		" ip6 saddr 2001:db8:1::/64 meta l4proto $p masquerade to :20000-20999\"; done");
}

/* What comes back for it has this host's address until it is translated. */
static void a_container_behind_nat_converses_and_is_not_reached(void **s)
{
	static const struct row attempts[] = {
		JUDGED("to a port that is translated", HOST_ADDRESS, .port = 20000),
		JUDGED("to a port that nobody has", HOST_ADDRESS),
	};
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	make_routes();
	masquerade();
	for (size_t i = 0; i < MODES; i++) {
		int server = udp_at(world.peer, NULL, 53), client = udp_at(inner, NULL, 0);
		struct sockaddr_in6 from;
		struct session session;

		pass_forwarded(modes[i].name);
		session = begin_session(inner, world.peer, PEER_ADDRESS, 80);
		speak_in_turn(session.that, session.this);
		end_session(&session);
		say_to(client, PEER_ADDRESS, 53, "question");
		from = hear_from(server, "question");
		answer(server, &from, "answer");
		hear(client, "answer");
		CHECK(&wire, attempts);
		close(server);
		close(client);
	}
	close_wire(&wire);
}

#define FAR_ADDRESS "2001:db8:5::5"

/* The question leaves by an uplink that nothing is learned from. */
static void answers_to_questions_by_another_uplink_pass(void **s)
{
	const char *second = make_namespace("second");
	int client, server, far;

	(void)s;
	make_routes();
	make_link((struct end){ world.host, "up1", "2001:db8:2::1/64" },
		  (struct end){ second, "far1", "2001:db8:2::2/64" });
	/* To ask for its neighbour, a router needs a link-local address. */
	must("ip -n %s addr add " HOST_LINK_LOCAL "/64 dev up1 nodad", world.host);
	must("ip -n %s -6 route add " FAR_ADDRESS "/128 via 2001:db8:2::2", world.host);
	must("ip -n %s addr add " FAR_ADDRESS "/128 dev lo && ip -n %s addr add " FAR_ADDRESS
	     "/128 dev lo",
	     second, world.peer);
	client = udp_at(inner, NULL, 5000);
	far = udp_at(second, FAR_ADDRESS, 53);
	server = udp_at(world.peer, FAR_ADDRESS, 53);
	firewall("enable " HOST_DEVICE);
	say_to(client, FAR_ADDRESS, 53, "question");
	hear(far, "question");
	say_to(server, INNER_ADDRESS, 5000, "answer");
	wait_for_drops(HOST_DEVICE, 1);
	pass_forwarded("tc");
	say_to(server, INNER_ADDRESS, 5000, "another answer");
	hear(client, "another answer");
	assert_int_equal(packets(HOST_DEVICE, "forwarded"), 1);
	close(client);
	close(server);
	close(far);
}

/* Whoever makes such a rule is trusted with it, and enable says so. */
static void what_is_redirected_later_reaches_this_host(void **s)
{
	int listener = listen_at(world.host, NULL, 80), client = tcp_at(world.peer, NULL, 0);

	(void)s;
	make_routes();
	must_in(world.host, "nft add table ip6 nat && "
			    "nft 'add chain ip6 nat in { type nat hook prerouting priority -100; }'"
			    " && nft 'add rule ip6 nat in tcp dport 8080 redirect to :80'");
	pass_forwarded("tc");
	connect_to(client, INNER_ADDRESS, 8080);
	close(accept_from(listener));
	close(listener);
	close(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(only_what_is_routed_on_passes),
		scene(a_machine_behind_is_reached),
		scene(a_datagram_in_fragments_arrives),
		scene(a_flood_to_this_host_is_none_to_others),
		scene(without_forwarding_all_is_for_this_host),
		scene(rules_by_port_and_device_are_heeded),
		scene(a_vrf_asks_its_own_table),
		scene(what_segment_routing_ends_here_is_for_this_host),
		scene(a_container_behind_nat_converses_and_is_not_reached),
		scene(answers_to_questions_by_another_uplink_pass),
		scene(what_is_redirected_later_reaches_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
