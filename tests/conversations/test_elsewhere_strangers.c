// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A port that is open on one connection and closed on another: what the other connection's
 * strangers cannot fill, and what begins behind the host.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "behind.h"
#include "connections.h"
#include "elsewhere.h"
#include "scene.h"
#include "talk.h"
#include "wire.h"

/* ---- Strangers on the other connection ----------------------------------------------- */

#define STRANGERS 300

/* Their way back is through the first connection. */
static void strangers_ask(int server)
{
	struct wire wire = open_wire(second, FAR_DEVICE, SECOND_DEVICE);
	char address[64];

	must_in(world.host,
		"ip -6 route add 2001:db8:9::/64 via " PEER_ADDRESS " dev " HOST_DEVICE);
	for (int i = 1; i <= STRANGERS; i++) {
		struct crafted question = crafted_udp(1024 + i, 5000);
		struct sockaddr_in6 from;

		snprintf(address, sizeof(address), "2001:db8:9::%x", i);
		set_source(&question, address);
		set_destination(&question, SECOND_ADDRESS);
		put(&wire, &question, 1);
		from = hear_from(server, CRAFTED_TEXT);
		answer(server, &from, "answer");
	}
	close_wire(&wire);
}

/* They push out nothing that this side asked, as they get into another table. */
static void strangers_fill_no_table_of_ours(void **s)
{
	int server = udp_at(world.host, NULL, 5000), client = udp_at(world.host, NULL, 4000);
	int resolver = udp_at(world.peer, NULL, 53);
	struct sockaddr_in6 from;

	(void)s;
	add_second();
	open_on(SECOND_DEVICE, 5000, UDP);
	say_to(client, PEER_ADDRESS, 53, "question");
	from = hear_from(resolver, "question");
	assert_int_equal(flows_used("udp"), 1);
	strangers_ask(server);
	assert_int_equal(flows_used("udp"), 1);
	assert_int_equal(flows_used("udp_answers"), STRANGERS);
	assert_int_equal(flows_used("tcp"), 0);
	answer(resolver, &from, "answer");
	hear(client, "answer");
	close(server);
	close(client);
	close(resolver);
}

static void strangers_are_answered_on_their_way(void)
{
	int server = udp_at(world.host, NULL, 5000);

	for (int i = 0; i < 20; i++) {
		int stranger = udp_at(second, NULL, 0);
		struct sockaddr_in6 from;

		say_to(stranger, SECOND_ADDRESS, 5000, "question");
		from = hear_from(server, "question");
		answer(server, &from, "answer");
		hear(stranger, "answer");
		close(stranger);
	}
	close(server);
}

/* Where the port is open and the answer leaves by the same way, nothing is kept of them. */
static void strangers_who_are_answered_on_their_way_are_forgotten(void **s)
{
	(void)s;
	add_second();
	open_on(SECOND_DEVICE, 5000, UDP);
	strangers_are_answered_on_their_way();
	assert_int_equal(flows_used("udp") + flows_used("udp_answers"), 0);
}

/*
 * The first connection gives its place for settings to the second: from then on both
 * learn by what is theirs now.
 */
static void what_is_learned_goes_by_a_place_that_changed_hands(void **s)
{
	enum { OTHERS = NETFWV6_CONNECTIONS_MAX - 1 };
	char device[16];

	(void)s;
	make_devices("s", OTHERS);
	for (int i = 1; i <= OTHERS; i++) {
		snprintf(device, sizeof(device), "s%d", i);
		open_on(device, 80, TCP);
	}
	add_second();
	open_on(SECOND_DEVICE, 5000, UDP);
	strangers_are_answered_on_their_way();
	assert_int_equal(flows_used("udp") + flows_used("udp_answers"), 0);
	asks_with_an_entry_among_the_answers();
}

/* Who was answered through here may go on here, and no longer than his port is open. */
static void closing_shuts_out_the_strangers_who_were_answered(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct crafted again = crafted_udp(1025, 5000); /* as the first of them */
	int server = udp_at(world.host, NULL, 5000);

	(void)s;
	add_second();
	open_on(SECOND_DEVICE, 5000, UDP);
	strangers_ask(server);
	set_source(&again, "2001:db8:9::1");
	put(&wire, &again, 1);
	hear(server, CRAFTED_TEXT);
	close_on(SECOND_DEVICE, 5000, UDP);
	put(&wire, &again, 1);
	wait_for_packets(HOST_DEVICE, "unmatched-udp", 1);
	assert_true(hears_nothing(server));
	close(server);
	close_wire(&wire);
}

/* ---- TCP of machines behind the host --------------------------------------------------- */

static struct session inner_session_from(uint16_t port)
{
	int listener = listen_at(world.peer, NULL, 80);
	struct session session = { .this = tcp_at(inner, NULL, port) };

	connect_to(session.this, PEER_ADDRESS, 80);
	session.that = accept_from(listener);
	wait_for_connection(session.this);
	close(listener);
	return session;
}

static void what_begins_behind_the_host_is_learned_by_its_way_out(void **s)
{
	struct session session;

	(void)s;
	route_inner();
	know_the_way_back();
	add_second();
	open_on(SECOND_DEVICE, 8080, TCP);
	session = inner_session_from(8080);
	speak_in_turn(session.that, session.this);
	assert_int_equal(flows_used("tcp"), 1);
	assert_int_equal(packets(HOST_DEVICE, "open-here"), 0);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

static void what_begins_behind_the_host_at_a_port_open_here_is_not(void **s)
{
	struct session session;

	(void)s;
	route_inner();
	know_the_way_back();
	add_second();
	open_on(HOST_DEVICE, 8080, TCP);
	session = inner_session_from(8080);
	speak_in_turn(session.that, session.this);
	assert_int_equal(flows_used("tcp"), 0);
	assert_true(packets(HOST_DEVICE, "open-here") >= 2);
	end_session(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(strangers_fill_no_table_of_ours),
		scene(strangers_who_are_answered_on_their_way_are_forgotten),
		scene(what_is_learned_goes_by_a_place_that_changed_hands),
		scene(closing_shuts_out_the_strangers_who_were_answered),
		scene(what_begins_behind_the_host_is_learned_by_its_way_out),
		scene(what_begins_behind_the_host_at_a_port_open_here_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
