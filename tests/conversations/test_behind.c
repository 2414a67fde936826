// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Machines behind this one, and sockets of this one that ingress cannot find: the flow
 * table has their conversations.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "behind.h"
#include "scene.h"
#include "talk.h"
#include "wire.h"

static void bridge_inner(void)
{
	put_host_on_bridge();
	inner = make_namespace("inner");
	make_link((struct end){ world.host, "in0", NULL },
		  (struct end){ inner, "in1", "2001:db8::3/64" });
	must("ip -n %s link set in0 master br0", world.host);
}

static void give_inner_a_macvlan(void)
{
	inner = make_namespace("inner");
	must("ip -n %s link add mv0 link " HOST_DEVICE " netns %s type macvlan mode bridge",
	     world.host, inner);
	must("ip -n %s addr add 2001:db8::3/64 dev mv0 nodad && ip -n %s link set mv0 up && "
	     "ip -n %s link show dev mv0",
	     inner, inner, inner);
}

/* The addresses of what leaves are the host's own, the ports others than the client's. */
static void masquerade_inner(void)
{
	route_inner();
	must_in(world.host, "nft add table ip6 nat && "
			    "nft 'add chain ip6 nat out { type nat hook postrouting priority 100; "
			    "}' && for p in tcp udp; do nft \"add rule ip6 nat out oif " HOST_DEVICE
			    " ip6 saddr 2001:db8:1::/64 meta l4proto $p masquerade to "
			    ":20000-20999\"; done");
}

/* ---- What works for all of them ---------------------------------------------------- */

static void expect_flows(const char *table, uint64_t n)
{
	assert_int_equal(flows_used(table), n);
	assert_true(packets(HOST_DEVICE, "flow") >= 1);
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

static void tcp_from_inner_works(void)
{
	struct session session = begin_session(inner, world.peer, PEER_ADDRESS, 80);

	speak_in_turn(session.this, session.that);
	speak_in_turn(session.that, session.this);
	expect_flows("tcp", 1);
	assert_int_equal(packets(HOST_DEVICE, "established"), 0);
	/* An hour of silence, then the far end speaks first. */
	let_pass(3600);
	speak_in_turn(session.that, session.this);
	end_session(&session);
}

static void udp_from_inner_works(void)
{
	int server = udp_at(world.peer, NULL, 53);
	struct sockaddr_in6 from;

	for (int i = 0; i < 2; i++) {
		int client = udp_at(inner, NULL, 0);

		if (i)
			connect_to(client, PEER_ADDRESS, 53);
		say_to(client, PEER_ADDRESS, 53, "question");
		from = hear_from(server, "question");
		answer(server, &from, "answer");
		hear(client, "answer");
		close(client);
	}
	expect_flows("udp", 2);
	assert_int_equal(packets(HOST_DEVICE, "udp-reply"), 0);
	close(server);
}

static void strangers_do_not_get_to(const char *address)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	int udp = udp_at(inner, NULL, 8080), listener = listen_at(inner, NULL, 8080);
	struct crafted tries[] = { crafted_tcp(999, 8080, SYN), crafted_tcp(999, 8080, ACK),
				   crafted_udp(999, 8080) };
	uint64_t before = dropped(HOST_DEVICE);

	for (int i = 0; i < 3; i++)
		set_destination(&tries[i], address);
	watch_stack(inner, INNER_DEVICE);
	put(&wire, tries, 3);
	wait_for_drops(HOST_DEVICE, before + 3);
	assert_int_equal(reached_stack(inner), 0);
	close(udp);
	close(listener);
	close_wire(&wire);
}

static void a_routed_machine_converses(void **s)
{
	(void)s;
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	tcp_from_inner_works();
	udp_from_inner_works();
	strangers_do_not_get_to(INNER_ADDRESS);
}

static void a_bridged_machine_converses(void **s)
{
	(void)s;
	bridge_inner();
	firewall("enable " HOST_DEVICE);
	tcp_from_inner_works();
	udp_from_inner_works();
	strangers_do_not_get_to("2001:db8::3");
}

static void a_macvlan_child_converses(void **s)
{
	(void)s;
	give_inner_a_macvlan();
	firewall("enable " HOST_DEVICE);
	tcp_from_inner_works();
	udp_from_inner_works();
}

static void a_masqueraded_machine_converses(void **s)
{
	(void)s;
	masquerade_inner();
	firewall("enable " HOST_DEVICE);
	tcp_from_inner_works();
	udp_from_inner_works();
}

/* The reply to the inner machine comes to a port that a socket of the host has, too. */
static void a_masqueraded_port_does_not_open_the_hosts(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	int server = udp_at(world.peer, NULL, 53), client, host[10];
	struct crafted try;
	struct sockaddr_in6 from;

	(void)s;
	masquerade_inner();
	firewall("enable " HOST_DEVICE);
	client = udp_at(inner, NULL, 0);
	say_to(client, PEER_ADDRESS, 53, "question");
	from = hear_from(server, "question");
	for (int i = 0; i < 10; i++)
		host[i] = udp_at(world.host, NULL, ntohs(from.sin6_port) + i);
	for (int i = 0; i < 10; i++) {
		try = crafted_udp(54, ntohs(from.sin6_port) + i);
		put(&wire, &try, 1);
	}
	wait_for_drops(HOST_DEVICE, 10);
	answer(server, &from, "answer");
	hear(client, "answer");
	for (int i = 0; i < 10; i++) {
		assert_true(hears_nothing(host[i]));
		close(host[i]);
	}
	close(client);
	close(server);
	close_wire(&wire);
}

/* The host's own socket, whose packets leave with another port than it has. */
static void the_hosts_own_translated_port_is_learned(void **s)
{
	struct session session;

	(void)s;
	must_in(world.host, "nft add table ip6 nat && "
			    "nft 'add chain ip6 nat out { type nat hook postrouting priority 100; "
			    "}' && nft 'add rule ip6 nat out meta l4proto tcp masquerade to "
			    ":20000-20999'");
	firewall("enable " HOST_DEVICE);
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	speak_in_turn(session.this, session.that);
	speak_in_turn(session.that, session.this);
	expect_flows("tcp", 1);
	end_session(&session);
}

/* ---- Sessions that the inner machine answers ------------------------------------------- */

static struct session accepted_by_inner(void)
{
	int listener = listen_at(inner, NULL, 8080);
	struct session session = { .that = tcp_at(world.peer, NULL, 0) };

	firewall("open 8080/tcp");
	connect_to(session.that, INNER_ADDRESS, 8080);
	session.this = accept_from(listener);
	close(listener);
	return session;
}

static void a_session_with_an_inner_server_outlives_its_port(void **s)
{
	struct session session;

	(void)s;
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	session = accepted_by_inner();
	speak_in_turn(session.that, session.this);
	assert_int_equal(flows_used("tcp_answers"), 1);
	assert_int_equal(flows_used("tcp"), 0);
	firewall("close 8080/tcp");
	let_pass(3600);
	speak_in_turn(session.that, session.this);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

/* A SYN that the open port admits makes no state, whatever the inner server answers. */
static void an_attempt_at_an_inner_server_makes_no_flow(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	int listener, marker[2];
	struct crafted syn;

	(void)s;
	route_inner();
	know_the_way_back();
	must("ip -n %s route add blackhole 2001:db8:bad::/48", world.peer);
	firewall("enable " HOST_DEVICE);
	firewall("open 8080/tcp 8081/udp");
	listener = listen_at(inner, NULL, 8080);
	marker[0] = udp_at(inner, NULL, 8081);
	marker[1] = udp_at(world.peer, NULL, 0);
	watch_stack(inner, INNER_DEVICE);
	for (int i = 0; i < 100; i++) {
		syn = crafted_tcp(1000 + i, i % 2 ? 8080 : 8079, SYN);
		set_source(&syn, "2001:db8:bad::1");
		set_destination(&syn, INNER_ADDRESS);
		put(&wire, &syn, 1);
	}
	wait_for_packets(HOST_DEVICE, "open-global", 50);
	wait_for_drops(HOST_DEVICE, 50);
	say_to(marker[1], INNER_ADDRESS, 8081, "marker");
	hear(marker[0], "marker");
	assert_int_equal(reached_stack(inner), 51);
	assert_int_equal(flows_used("tcp") + flows_used("tcp_answers") + flows_used("udp"), 0);
	close(listener);
	close(marker[0]);
	close(marker[1]);
	close_wire(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_routed_machine_converses),
		scene(a_bridged_machine_converses),
		scene(a_macvlan_child_converses),
		scene(a_masqueraded_machine_converses),
		scene(a_masqueraded_port_does_not_open_the_hosts),
		scene(the_hosts_own_translated_port_is_learned),
		scene(a_session_with_an_inner_server_outlives_its_port),
		scene(an_attempt_at_an_inner_server_makes_no_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
