// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A port that is open on one connection and closed on another: who may begin what, and whose
 * answers come in.
 */
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "elsewhere.h"
#include "scene.h"
#include "talk.h"

/* A third link, with somebody at its other end. */
#define THIRD_DEVICE "th0"
#define THIRD_ADDRESS "2001:db8:3::1"

static const char *third; /* namespace */

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
	assert_int_equal(flows_used("udp") + flows_used("udp_answers"), 0);
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
	assert_int_equal(flows_used("udp_answers"), 0);
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
	assert_int_equal(flows_used("udp_answers"), 0);
	answer(server, &from, "advertise");
	hear(client, "advertise");
	close(client);
	close(server);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
