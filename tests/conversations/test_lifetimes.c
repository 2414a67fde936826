// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How long a flow lives. The silence is shortened by making the flow older; only
 * segments that were crafted arrive then, so nothing prolongs it unnoticed.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "behind.h"
#include "scene.h"
#include "talk.h"
#include "wire.h"

/* ---- UDP ---------------------------------------------------------------------- */

static void a_flow_ends_five_minutes_after_the_last_query(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	say_to(client, PEER_ADDRESS, 53, "first");
	from = hear_from(server, "first");
	let_pass(290);
	answer(server, &from, "in time");
	hear(client, "in time");
	let_pass(11); /* what arrives does not prolong it */
	assert_int_equal(flows_used("udp"), 0);
	answer(server, &from, "too late");
	wait_for_packets(HOST_DEVICE, "unmatched-udp", 1);
	say_to(client, PEER_ADDRESS, 53, "second");
	hear(server, "second");
	answer(server, &from, "in time again");
	hear(client, "in time again");
	close(client);
	close(server);
}

static void what_leaves_keeps_a_flow_alive(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	for (int i = 0; i < 5; i++) {
		say_to(client, PEER_ADDRESS, 53, "again");
		from = hear_from(server, "again");
		let_pass(200);
	}
	answer(server, &from, "still here");
	hear(client, "still here");
	assert_int_equal(flows_used("udp"), 1);
	close(client);
	close(server);
}

static void a_query_to_a_group_waits_half_a_minute(void **s)
{
	int client, server = udp_at(world.peer, NULL, 547);
	struct sockaddr_in6 from;

	(void)s;
	client = udp_at(world.host, HOST_LINK_LOCAL "%" HOST_DEVICE, 546);
	join_group(server, "ff02::1:2", PEER_DEVICE);
	firewall("enable " HOST_DEVICE);
	say_to(client, "ff02::1:2%" HOST_DEVICE, 547, "solicit");
	from = hear_from(server, "solicit");
	let_pass(28);
	answer(server, &from, "in time");
	hear(client, "in time");
	let_pass(3);
	answer(server, &from, "too late");
	wait_for_packets(HOST_DEVICE, "unmatched-udp", 1);
	assert_true(hears_nothing(client));
	close(client);
	close(server);
}

/* ---- TCP ---------------------------------------------------------------------- */

/* The inner end vanishes, so that nobody says anything more for it. */
static struct session silent_session(struct crafted *segment)
{
	struct session session = begin_session(inner, world.peer, PEER_ADDRESS, 80);

	speak_in_turn(session.this, session.that);
	*segment = crafted_tcp(80, port_of(session.this), ACK);
	set_destination(segment, INNER_ADDRESS);
	must("ip -n %s link set " INNER_DEVICE " down", inner);
	return session;
}

static void expect_passing(struct wire *wire, const struct crafted *segment)
{
	uint64_t before = packets(HOST_DEVICE, "flow");

	put(wire, segment, 1);
	wait_for_packets(HOST_DEVICE, "flow", before + 1);
}

static void expect_dropping(struct wire *wire, const struct crafted *segment)
{
	uint64_t before = packets(HOST_DEVICE, "unmatched-tcp");

	put(wire, segment, 1);
	wait_for_packets(HOST_DEVICE, "unmatched-tcp", before + 1);
}

static void an_established_flow_lives_two_hours_and_four_minutes(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct session session;
	struct crafted segment;

	(void)s;
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	session = silent_session(&segment);
	let_pass(7430);
	expect_passing(&wire, &segment); /* which prolongs it */
	let_pass(7430);
	expect_passing(&wire, &segment);
	let_pass(7441);
	expect_dropping(&wire, &segment);
	assert_int_equal(flows_used("tcp"), 0);
	end_session(&session);
	close_wire(&wire);
}

/* A reset that arrives may be forged, so it leaves time to talk on; but nobody prolongs it. */
static void after_a_reset_from_outside_a_flow_lives_four_minutes(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct session session;
	struct crafted segment, reset;

	(void)s;
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	session = silent_session(&segment);
	reset = segment;
	reset.flags = RST;
	expect_passing(&wire, &reset);
	let_pass(230);
	expect_passing(&wire, &segment);
	let_pass(11);
	expect_dropping(&wire, &segment);
	end_session(&session);
	close_wire(&wire);
}

static bool was_reset(void *fd)
{
	char byte;

	return recv(*(int *)fd, &byte, sizeof(byte), MSG_PEEK) < 0 && errno == ECONNRESET;
}

static void after_a_reset_from_inside_a_flow_lives_ten_seconds(void **s)
{
	const struct linger at_once = { .l_onoff = 1 };
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct session session;
	struct crafted segment;

	(void)s;
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	session = begin_session(inner, world.peer, PEER_ADDRESS, 80);
	segment = crafted_tcp(80, port_of(session.this), ACK);
	set_destination(&segment, INNER_ADDRESS);
	setsockopt(session.this, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(session.this);
	wait_until(was_reset, &session.that, "the reset was heard");
	must("ip -n %s link set " INNER_DEVICE " down", inner);
	let_pass(8);
	expect_passing(&wire, &segment);
	let_pass(3);
	expect_dropping(&wire, &segment);
	close(session.that);
	close_wire(&wire);
}

/* A forged reset ends nothing while the inner machine talks on. */
static void a_reset_that_the_inner_machine_ignores_ends_nothing(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct session session;
	struct crafted reset;

	(void)s;
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	session = begin_session(inner, world.peer, PEER_ADDRESS, 80);
	reset = crafted_tcp(80, port_of(session.this), RST); /* out of the window */
	set_destination(&reset, INNER_ADDRESS);
	expect_passing(&wire, &reset);
	speak_in_turn(session.this, session.that);
	let_pass(3600);
	speak_in_turn(session.that, session.this);
	end_session(&session);
	close_wire(&wire);
}

static bool has_ended(void *fd)
{
	char byte;

	return recv(*(int *)fd, &byte, sizeof(byte), MSG_PEEK) == 0;
}

static void after_both_ends_finished_a_flow_lives_two_minutes(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct session session;
	struct crafted segment;

	(void)s;
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	session = begin_session(inner, world.peer, PEER_ADDRESS, 80);
	segment = crafted_tcp(80, port_of(session.this), FIN | ACK);
	set_destination(&segment, INNER_ADDRESS);
	shutdown(session.this, SHUT_WR);
	wait_until(has_ended, &session.that, "the end was heard");
	let_pass(3600); /* half closed is still open */
	say(session.that, "one more thing");
	hear(session.this, "one more thing");
	must("ip -n %s link set " INNER_DEVICE " down", inner);
	expect_passing(&wire, &segment);
	let_pass(110);
	expect_passing(&wire, &segment);
	let_pass(121);
	expect_dropping(&wire, &segment);
	end_session(&session);
	close_wire(&wire);
}

static bool one_flow_is_there(void *unused)
{
	(void)unused;
	return flows_used("tcp") == 1;
}

static void an_unanswered_attempt_is_remembered_four_minutes(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct crafted answer_to_it;
	int client;

	(void)s;
	route_inner();
	firewall("enable " HOST_DEVICE);
	client = tcp_at(inner, INNER_ADDRESS, 4000);
	must("ip -n %s -6 route add 2001:db8:dead::/64 via " PEER_ADDRESS, world.host);
	connect_to(client, "2001:db8:dead::1", 80);
	answer_to_it = crafted_tcp(80, 4000, SYN | ACK);
	set_source(&answer_to_it, "2001:db8:dead::1");
	set_destination(&answer_to_it, INNER_ADDRESS);
	wait_until(one_flow_is_there, NULL, "the attempt was learned");
	must("ip -n %s link set " INNER_DEVICE " down", inner); /* it must not try again */
	let_pass(241);
	expect_dropping(&wire, &answer_to_it);
	close(client);
	close_wire(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_flow_ends_five_minutes_after_the_last_query),
		scene(what_leaves_keeps_a_flow_alive),
		scene(a_query_to_a_group_waits_half_a_minute),
		scene(an_established_flow_lives_two_hours_and_four_minutes),
		scene(after_a_reset_from_outside_a_flow_lives_four_minutes),
		scene(after_a_reset_from_inside_a_flow_lives_ten_seconds),
		scene(a_reset_that_the_inner_machine_ignores_ends_nothing),
		scene(after_both_ends_finished_a_flow_lives_two_minutes),
		scene(an_unanswered_attempt_is_remembered_four_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
