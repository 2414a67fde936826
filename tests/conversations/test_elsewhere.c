// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A port that is open on one connection and closed on another: who may begin what, whose
 * answers come in, and what the other connection's strangers cannot fill.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "behind.h"
#include "connections.h"
#include "scene.h"
#include "talk.h"
#include "wire.h"

/* A second link of the host, and a third, with somebody at their other ends. */
#define SECOND_DEVICE "el0"
#define SECOND_ADDRESS "2001:db8:2::1"
#define THIRD_DEVICE "th0"
#define THIRD_ADDRESS "2001:db8:3::1"
#define FAR_DEVICE "far0"

static const char *second, *third; /* namespaces */

static void add_second(void)
{
	second = make_namespace("second");
	make_link((struct end){ world.host, SECOND_DEVICE, SECOND_ADDRESS "/64" },
		  (struct end){ second, FAR_DEVICE, "2001:db8:2::2/64" });
	switch_on(HOST_DEVICE);
	switch_on(SECOND_DEVICE);
}

static void add_third(void)
{
	third = make_namespace("third");
	make_link((struct end){ world.host, THIRD_DEVICE, THIRD_ADDRESS "/64" },
		  (struct end){ third, FAR_DEVICE, "2001:db8:3::2/64" });
	switch_on(THIRD_DEVICE);
}

/* ---- Attempts --------------------------------------------------------------------- */

/* A stranger says something to port 5000 of the host; 5001 is open for all. */
struct strangers {
	int here, marker;
};

static bool gets_in(const struct strangers *strangers, const char *netns, const char *address)
{
	int stranger = udp_at(netns, NULL, 0);
	bool nothing;

	say_to(stranger, address, 5000, "attempt");
	say_to(stranger, address, 5001, "marker"); /* behind it, on the same wire */
	hear(strangers->marker, "marker");
	nothing = hears_nothing(strangers->here);
	if (!nothing)
		hear(strangers->here, "attempt");
	close(stranger);
	return !nothing;
}

/* Through which of the three connections, as bits: 1, 2, 4. */
static int ways_in(const struct strangers *strangers)
{
	return gets_in(strangers, world.peer, HOST_ADDRESS) |
	       gets_in(strangers, second, SECOND_ADDRESS) << 1 |
	       gets_in(strangers, third, THIRD_ADDRESS) << 2;
}

static void every_change_holds_for_the_next_attempt(void **s)
{
	struct strangers strangers = { udp_at(world.host, NULL, 5000),
				       udp_at(world.host, NULL, 5001) };

	(void)s;
	add_second();
	add_third();
	set_global(5001, UDP, true);
	assert_int_equal(ways_in(&strangers), 0);
	open_on(HOST_DEVICE, 5000, UDP);
	ignore_on(THIRD_DEVICE, 5000, UDP);
	assert_int_equal(ways_in(&strangers), 1); /* open, closed, ignored */
	set_global(5000, UDP, true);
	assert_int_equal(ways_in(&strangers), 1 | 2);
	open_on(THIRD_DEVICE, 5000, UDP);
	assert_int_equal(ways_in(&strangers), 1 | 2 | 4);
	close_on(THIRD_DEVICE, 5000, UDP);
	ignore_on(HOST_DEVICE, 5000, UDP);
	assert_int_equal(ways_in(&strangers), 1 | 2);
	close_on(HOST_DEVICE, 5000, UDP);
	assert_int_equal(ways_in(&strangers), 2);
	observe_on(THIRD_DEVICE, 5000, UDP);
	assert_int_equal(ways_in(&strangers), 2 | 4);
	set_global(5000, UDP, false);
	assert_int_equal(ways_in(&strangers), 0);
	assert_int_equal(packets(HOST_DEVICE, "open-here"), 4);
	assert_int_equal(packets(THIRD_DEVICE, "open-here"), 1);
	close(strangers.here);
	close(strangers.marker);
}

static void a_tcp_port_is_open_where_it_was_opened(void **s)
{
	int listener = listen_at(world.host, NULL, 8080);
	int there = tcp_at(world.peer, NULL, 0), here, accepted;

	(void)s;
	add_second();
	here = tcp_at(second, NULL, 0);
	open_on(SECOND_DEVICE, 8080, TCP);
	connect_to(there, HOST_ADDRESS, 8080);
	wait_for_drops(HOST_DEVICE, 1);
	connect_to(here, SECOND_ADDRESS, 8080);
	accepted = accept_from(listener);
	assert_true(hears_nothing(listener));
	assert_false(is_connected(there));
	close(accepted);
	close(here);
	close(there);
	close(listener);
}

/* ---- Sessions ---------------------------------------------------------------------- */

static void no_setting_cuts_a_session(void **s)
{
	struct session session;

	(void)s;
	add_second();
	open_on(SECOND_DEVICE, 8080, TCP);
	session = begin_session(second, world.host, SECOND_ADDRESS, 8080);
	for (int i = 0; i < 2; i++) {
		void (*const changes[])(const char *, uint32_t, uint32_t) = { close_on, ignore_on,
									      open_on, observe_on };

		for (size_t change = 0; change < 4; change++)
			for (int where = 0; where < 2; where++) {
				changes[change](where ? HOST_DEVICE : SECOND_DEVICE, 8080, TCP);
				speak_in_turn(session.this, session.that);
				set_global(8080, TCP, change % 2);
				speak_in_turn(session.that, session.this);
			}
	}
	assert_int_equal(dropped(SECOND_DEVICE), 0);
	end_session(&session);
}

static void a_session_begun_here_is_not_cut_either(void **s)
{
	struct session session;
	uint16_t port;

	(void)s;
	add_second();
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	port = port_of(session.this);
	open_on(SECOND_DEVICE, port, TCP);
	speak_in_turn(session.that, session.this);
	open_on(HOST_DEVICE, port, TCP);
	speak_in_turn(session.that, session.this);
	close_on(SECOND_DEVICE, port, TCP);
	close_on(HOST_DEVICE, port, TCP);
	ignore_on(HOST_DEVICE, port, TCP);
	speak_in_turn(session.that, session.this);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

/* ---- What the host asks from a port that is open elsewhere -------------------------- */

/* From port 5000, by a socket that is not connected, through the first connection. */
static void asks_and_is_answered(void)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 5000);
	struct sockaddr_in6 from;

	say_to(client, PEER_ADDRESS, 53, "question");
	from = hear_from(server, "question");
	answer(server, &from, "one");
	answer(server, &from, "two");
	hear(client, "one");
	hear(client, "two");
	close(client);
	close(server);
}

static void only_who_was_asked_gets_in(void)
{
	int client = udp_at(world.host, NULL, 5000), other = udp_at(world.peer, NULL, 54);

	say_to(other, HOST_ADDRESS, 5000, "attempt");
	wait_for_packets(HOST_DEVICE, "unmatched-udp", 1);
	assert_true(hears_nothing(client));
	close(client);
	close(other);
}

static void asks_with_an_entry_among_the_answers(void)
{
	asks_and_is_answered();
	assert_int_equal(packets(HOST_DEVICE, "flow"), 2);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	assert_int_equal(flows_used("udp"), 0);
	assert_int_equal(flows_used("udp-answers"), 1);
	only_who_was_asked_gets_in();
}

static void an_answer_to_a_port_that_is_open_elsewhere_comes_in(void **s)
{
	(void)s;
	add_second();
	open_on(SECOND_DEVICE, 5000, UDP);
	asks_with_an_entry_among_the_answers();
}

/* Open for everybody, but not here. */
static void an_answer_to_an_ignored_port_comes_in(void **s)
{
	(void)s;
	add_second();
	set_global(5000, UDP, true);
	ignore_on(HOST_DEVICE, 5000, UDP);
	asks_with_an_entry_among_the_answers();
}

static void nothing_is_learned_from_a_port_that_is_open_here(void **s)
{
	(void)s;
	add_second();
	open_on(HOST_DEVICE, 5000, UDP);
	asks_and_is_answered();
	assert_int_equal(packets(HOST_DEVICE, "open-here"), 2);
	ignore_on(HOST_DEVICE, 5000, UDP);
	set_global(5000, UDP, true);
	asks_and_is_answered();
	assert_int_equal(packets(HOST_DEVICE, "open-here"), 4);
	close_on(HOST_DEVICE, 5000, UDP);
	observe_on(HOST_DEVICE, 5000, UDP);
	asks_and_is_answered();
	assert_int_equal(packets(HOST_DEVICE, "open-global"), 2);
	assert_int_equal(flows_used("udp") + flows_used("udp-answers"), 0);
}

static void from_a_port_that_is_closed_everywhere_all_is_learned(void **s)
{
	(void)s;
	add_second();
	open_on(SECOND_DEVICE, 5001, UDP);
	open_on(SECOND_DEVICE, 5000, TCP);
	ignore_on(SECOND_DEVICE, 5000, UDP); /* opens it nowhere */
	ignore_on(HOST_DEVICE, 5000, UDP);
	asks_and_is_answered();
	assert_int_equal(packets(HOST_DEVICE, "flow"), 2);
	assert_int_equal(flows_used("udp"), 1);
	assert_int_equal(flows_used("udp-answers"), 0);
}

static void what_was_asked_before_is_answered_after(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 5000);
	struct sockaddr_in6 from;

	(void)s;
	add_second();
	say_to(client, PEER_ADDRESS, 53, "question");
	from = hear_from(server, "question");
	open_on(SECOND_DEVICE, 5000, UDP);
	answer(server, &from, "while it is open elsewhere");
	hear(client, "while it is open elsewhere");
	close_on(SECOND_DEVICE, 5000, UDP);
	answer(server, &from, "and closed again");
	hear(client, "and closed again");
	assert_int_equal(dropped(HOST_DEVICE), 0);
	close(client);
	close(server);
}

static void a_question_to_a_group_is_learned_as_ever(void **s)
{
	int client = udp_at(world.host, NULL, 5000), server = udp_at(world.peer, NULL, 547);
	struct sockaddr_in6 from;

	(void)s;
	join_group(server, "ff05::1:3", PEER_DEVICE);
	add_second();
	open_on(SECOND_DEVICE, 5000, UDP);
	say_to(client, "ff05::1:3%" HOST_DEVICE, 547, "solicit");
	from = hear_from(server, "solicit");
	assert_true(flows_used("udp") > 0);
	assert_int_equal(flows_used("udp-answers"), 0);
	answer(server, &from, "advertise");
	hear(client, "advertise");
	close(client);
	close(server);
}

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
	assert_int_equal(flows_used("udp-answers"), STRANGERS);
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
	assert_int_equal(flows_used("udp") + flows_used("udp-answers"), 0);
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
	assert_int_equal(flows_used("udp") + flows_used("udp-answers"), 0);
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
		scene(every_change_holds_for_the_next_attempt),
		scene(a_tcp_port_is_open_where_it_was_opened),
		scene(no_setting_cuts_a_session),
		scene(a_session_begun_here_is_not_cut_either),
		scene(an_answer_to_a_port_that_is_open_elsewhere_comes_in),
		scene(an_answer_to_an_ignored_port_comes_in),
		scene(nothing_is_learned_from_a_port_that_is_open_here),
		scene(from_a_port_that_is_closed_everywhere_all_is_learned),
		scene(what_was_asked_before_is_answered_after),
		scene(a_question_to_a_group_is_learned_as_ever),
		scene(strangers_fill_no_table_of_ours),
		scene(strangers_who_are_answered_on_their_way_are_forgotten),
		scene(what_is_learned_goes_by_a_place_that_changed_hands),
		scene(closing_shuts_out_the_strangers_who_were_answered),
		scene(what_begins_behind_the_host_is_learned_by_its_way_out),
		scene(what_begins_behind_the_host_at_a_port_open_here_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
