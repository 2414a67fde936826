// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Conversations while strangers flood the same port: not a packet of them is lost to the
 * firewall, and not one of the flood passes.
 */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "behind.h"
#include "flood.h"
#include "scene.h"
#include "talk.h"
#include "uplink.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP
#define PORT 4000  /* of the host, and flooded */
#define TURNS 2000 /* which take many jiffies */

/* All that was dropped is the flood. */
static void end_flood_alone(const char *reason)
{
	uint64_t sent = end_flood();

	assert_int_equal(packets(HOST_DEVICE, reason), sent);
	assert_int_equal(dropped(HOST_DEVICE), sent);
}

static void speak_long(int first, int second)
{
	for (int i = 0; i < TURNS; i++)
		speak_in_turn(first, second);
}

/* From PORT to the peer's port 80. */
static struct session begun_at_port(const char *netns)
{
	int listener = listen_at(world.peer, NULL, 80);
	struct session session = { .this = tcp_at(netns, NULL, PORT) };

	connect_to(session.this, PEER_ADDRESS, 80);
	session.that = accept_from(listener);
	wait_for_connection(session.this);
	close(listener);
	return session;
}

/* ---- TCP --------------------------------------------------------------------- */

/* The peer speaks first: only what was seeded lets its first segment in. */
static void a_session_begun_before_lives_on(void **s)
{
	struct session session = begun_at_port(world.host);

	(void)s;
	firewall("enable " HOST_DEVICE);
	begin_flood(TCP, PORT);
	speak_long(session.that, session.this);
	end_flood_alone("unmatched-tcp");
	end_session(&session);
}

static void a_session_over_link_local_addresses_lives_on(void **s)
{
	struct session session =
		begin_session(world.host, world.peer, PEER_LINK_LOCAL "%" HOST_DEVICE, 80);

	(void)s;
	firewall("enable " HOST_DEVICE);
	begin_flood(TCP, port_of(session.this));
	speak_long(session.that, session.this);
	end_flood_alone("unmatched-tcp");
	end_session(&session);
}

/* The port is not in use before its first SYN. */
static void a_session_begins_in_a_flood(void **s)
{
	struct session session;
	uint64_t sent;

	(void)s;
	firewall("enable " HOST_DEVICE);
	begin_flood(TCP, PORT);
	session = begun_at_port(world.host);
	speak_long(session.that, session.this);
	sent = end_flood();
	assert_true(packets(HOST_DEVICE, "closed-tcp") > 0);
	assert_true(packets(HOST_DEVICE, "unmatched-tcp") > 0);
	assert_int_equal(dropped(HOST_DEVICE), sent);
	end_session(&session);
}

static void a_session_behind_the_host_begins_in_a_flood(void **s)
{
	struct session session;
	uint64_t sent;

	(void)s;
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	begin_flood(TCP, PORT);
	session = begun_at_port(inner);
	speak_long(session.that, session.this);
	sent = end_flood();
	assert_int_equal(dropped(HOST_DEVICE), sent);
	assert_true(packets(HOST_DEVICE, "flow") > TURNS);
	end_session(&session);
}

static void the_port_of_a_session_is_closed(void **s)
{
	int listener = listen_at(world.host, NULL, PORT);
	struct session session = { .that = tcp_at(world.peer, NULL, 80) };

	(void)s;
	firewall("open 4000/tcp");
	firewall("enable " HOST_DEVICE);
	connect_to(session.that, HOST_ADDRESS, PORT);
	session.this = accept_from(listener);
	speak_in_turn(session.that, session.this);
	firewall("close 4000/tcp");
	begin_flood(TCP, PORT);
	speak_long(session.that, session.this);
	end_flood_alone("unmatched-tcp");
	end_session(&session);
	close(listener);
}

static void a_session_lives_on_through_a_rebuild(void **s)
{
	struct session session;
	uint64_t sent;

	(void)s;
	firewall("enable " HOST_DEVICE);
	session = begun_at_port(world.host);
	begin_flood(TCP, PORT);
	firewall("init --rebuild");
	sent = end_flood(); /* of the program that was replaced */
	begin_flood(TCP, PORT);
	speak_long(session.that, session.this);
	sent += end_flood();
	assert_int_equal(packets(HOST_DEVICE, "unmatched-tcp"), sent);
	assert_int_equal(dropped(HOST_DEVICE), sent);
	end_session(&session);
}

/* ---- UDP --------------------------------------------------------------------- */

static void hear_answers(int server, int client, const struct sockaddr_in6 *from)
{
	for (int i = 0; i < TURNS; i++) {
		answer(server, from, "answer");
		hear(client, "answer");
	}
}

static void a_connected_socket_from_before_is_answered(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, PORT);
	struct sockaddr_in6 from;

	(void)s;
	connect_to(client, PEER_ADDRESS, 53);
	say(client, "question");
	from = hear_from(server, "question");
	firewall("enable " HOST_DEVICE);
	begin_flood(UDP, PORT);
	hear_answers(server, client, &from);
	end_flood_alone("unmatched-udp");
	assert_int_equal(packets(HOST_DEVICE, "udp-reply"), TURNS);
	close(client);
	close(server);
}

/* Asks after the firewall is there, and is answered in a flood. */
static void is_answered(const char *asked, bool connected, const char *reason)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, HOST_ADDRESS, PORT);
	struct sockaddr_in6 from;

	join_group(server, "ff02::123", PEER_DEVICE);
	firewall("enable " HOST_DEVICE);
	if (connected)
		connect_to(client, asked, 53);
	say_to(client, asked, 53, "question");
	from = hear_from(server, "question");
	begin_flood(UDP, PORT);
	hear_answers(server, client, &from);
	end_flood_alone("unmatched-udp");
	assert_int_equal(packets(HOST_DEVICE, reason), TURNS);
	close(client);
	close(server);
}

static void a_connected_socket_is_answered(void **s)
{
	(void)s;
	is_answered(PEER_ADDRESS, true, "udp-reply");
}

static void an_unconnected_socket_is_answered(void **s)
{
	(void)s;
	is_answered(PEER_ADDRESS, false, "flow");
}

static void a_query_to_a_group_is_answered(void **s)
{
	(void)s;
	is_answered("ff02::123%" HOST_DEVICE, false, "flow");
}

/* No socket shows it: what is known of it has to be kept. */
static void an_unconnected_socket_is_answered_through_a_rebuild(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, PORT);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	say_to(client, PEER_ADDRESS, 53, "question");
	from = hear_from(server, "question");
	firewall("init --rebuild");
	begin_flood(UDP, PORT);
	hear_answers(server, client, &from);
	end_flood_alone("unmatched-udp");
	close(client);
	close(server);
}

/*
 * Where the query was not seen, the answer may be dropped, as it costs a question. After
 * the flood there is one, and then the answers are known in a flood, too.
 */
static void an_answer_whose_query_was_not_seen_passes_after_the_flood(void **s)
{
	int server, client = udp_at(world.host, HOST_ADDRESS, PORT);
	struct sockaddr_in6 from;
	uint64_t drops, sent;

	(void)s;
	add_second_uplink();
	server = udp_at(world.peer, FAR_ADDRESS, 53);
	firewall("enable " HOST_DEVICE);
	begin_flood(UDP, PORT);
	connect_to(client, FAR_ADDRESS, 53);
	say(client, "question");
	from = hear_from(server, "question");
	end_flood();
	wait_for_next_jiffy();
	answer(server, &from, "late answer");
	hear(client, "late answer");
	drops = dropped(HOST_DEVICE);
	begin_flood(UDP, PORT);
	hear_answers(server, client, &from);
	sent = end_flood();
	assert_int_equal(dropped(HOST_DEVICE), drops + sent);
	close(client);
	close(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		flood_scene(a_session_begun_before_lives_on),
		flood_scene(a_session_over_link_local_addresses_lives_on),
		flood_scene(a_session_begins_in_a_flood),
		flood_scene(a_session_behind_the_host_begins_in_a_flood),
		flood_scene(the_port_of_a_session_is_closed),
		flood_scene(a_session_lives_on_through_a_rebuild),
		flood_scene(a_connected_socket_from_before_is_answered),
		flood_scene(a_connected_socket_is_answered),
		flood_scene(an_unconnected_socket_is_answered),
		flood_scene(a_query_to_a_group_is_answered),
		flood_scene(an_unconnected_socket_is_answered_through_a_rebuild),
		flood_scene(an_answer_whose_query_was_not_seen_passes_after_the_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
