// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Marks of conversations: what this side says makes one, and nothing that strangers can
 * make it say. So they cannot fill the table, which a flood is told from conversations by.
 */
#include <stdio.h>
#include <unistd.h>

#include "marks_layout.h"
#include "scene.h"
#include "talk.h"
#include "wire.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP
#define STRANGERS 100

struct reached {
	uint64_t packets;
};

static bool reached_the_peer(void *context)
{
	const struct reached *reached = context;

	return reached_stack(world.peer) >= reached->packets;
}

static void wait_for_answers(uint64_t n)
{
	struct reached reached = { n };

	wait_until(reached_the_peer, &reached, "the answers reached the peer");
}

/* ---- Strangers --------------------------------------------------------------- */

/* The SYN+ACK goes to an address that need not be the sender's. */
static void a_syn_to_an_open_port_makes_none(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	int listener = listen_at(world.host, NULL, 8080);

	(void)s;
	watch_stack(world.peer, PEER_DEVICE);
	firewall("open 8080/tcp");
	firewall("enable " HOST_DEVICE);
	for (uint16_t i = 0; i < STRANGERS; i++) {
		struct crafted syn = crafted_tcp(1024 + i, 8080, SYN);

		put(&wire, &syn, 1);
	}
	wait_for_answers(STRANGERS);
	assert_int_equal(stamps(), 0);
	close(listener);
	close_wire(&wire);
}

/* As does the reset of a segment that nobody waits for. */
static void a_segment_to_an_open_port_makes_none(void **s)
{
	static const uint8_t flags[] = { SYN, ACK, SYN | ACK, FIN | ACK, PSH | ACK };
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	watch_stack(world.peer, PEER_DEVICE);
	firewall("open 8080/tcp");
	firewall("enable " HOST_DEVICE);
	for (uint16_t i = 0; i < STRANGERS; i++) {
		struct crafted segment = crafted_tcp(1024 + i, 8080, flags[i % sizeof(flags)]);

		put(&wire, &segment, 1);
	}
	wait_for_answers(STRANGERS);
	assert_int_equal(stamps(), 0);
	close_wire(&wire);
}

static void a_datagram_to_an_open_port_makes_none(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	int server = udp_at(world.host, NULL, 53);

	(void)s;
	watch_stack(world.peer, PEER_DEVICE);
	firewall("open 53/udp");
	firewall("enable " HOST_DEVICE);
	for (uint16_t i = 0; i < STRANGERS; i++) {
		struct crafted query = crafted_udp(1024 + i, 53);
		struct sockaddr_in6 from;

		put(&wire, &query, 1);
		from = hear_from(server, CRAFTED_TEXT);
		answer(server, &from, "answer");
	}
	wait_for_answers(STRANGERS);
	assert_int_equal(stamps(), 0);
	close(server);
	close_wire(&wire);
}

static void what_is_dropped_makes_none(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	(void)s;
	firewall("enable " HOST_DEVICE);
	for (uint16_t i = 0; i < STRANGERS; i++) {
		struct crafted packets[] = { crafted_tcp(1024 + i, 8080, SYN),
					     crafted_tcp(1024 + i, 8080, ACK),
					     crafted_udp(1024 + i, 53) };

		put(&wire, packets, 3);
	}
	wait_for_drops(HOST_DEVICE, 3 * STRANGERS);
	assert_int_equal(stamps(), 0);
	close_wire(&wire);
}

/* ---- This side --------------------------------------------------------------- */

static void a_syn_makes_one(void **s)
{
	int client = tcp_at(world.host, NULL, 4000), listener = listen_at(world.peer, NULL, 80);

	(void)s;
	firewall("enable " HOST_DEVICE);
	connect_to(client, PEER_ADDRESS, 80);
	close(accept_from(listener));
	assert_true(is_marked(TCP, PEER_ADDRESS, 80, 4000));
	assert_in_range(stamps(), 1, 1 * MARK_STAMPS_EACH);
	close(client);
	close(listener);
}

static void a_session_that_was_accepted_makes_one_once_it_speaks(void **s)
{
	int listener = listen_at(world.host, NULL, 8080);
	struct session session = { .that = tcp_at(world.peer, NULL, 4000) };

	(void)s;
	firewall("open 8080/tcp");
	firewall("enable " HOST_DEVICE);
	connect_to(session.that, HOST_ADDRESS, 8080);
	session.this = accept_from(listener);
	assert_int_equal(stamps(), 0);
	say(session.this, "hello");
	hear(session.that, "hello");
	assert_true(is_marked(TCP, PEER_ADDRESS, 4000, 8080));
	assert_in_range(stamps(), 1, 1 * MARK_STAMPS_EACH);
	end_session(&session);
	close(listener);
}

static void a_query_makes_one(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 4000);

	(void)s;
	firewall("enable " HOST_DEVICE);
	say_to(client, PEER_ADDRESS, 53, "question");
	hear(server, "question");
	assert_true(is_marked(UDP, PEER_ADDRESS, 53, 4000));
	assert_in_range(stamps(), 1, 1 * MARK_STAMPS_EACH);
	close(client);
	close(server);
}

static void a_query_to_a_group_makes_one_for_all(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, HOST_ADDRESS, 4000);

	(void)s;
	join_group(server, "ff02::123", PEER_DEVICE);
	firewall("enable " HOST_DEVICE);
	say_to(client, "ff02::123%" HOST_DEVICE, 53, "question");
	hear(server, "question");
	assert_true(is_marked(UDP, NULL, 53, 4000));
	assert_in_range(stamps(), 1, 1 * MARK_STAMPS_EACH);
	close(client);
	close(server);
}

static void sockets_from_before_have_theirs(void **s)
{
	struct session session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	int client = udp_at(world.host, NULL, 4000), idle = udp_at(world.host, NULL, 4001);

	(void)s;
	connect_to(client, PEER_ADDRESS, 53);
	firewall("enable " HOST_DEVICE);
	assert_true(is_marked(TCP, PEER_ADDRESS, 80, port_of(session.this)));
	assert_true(is_marked(UDP, PEER_ADDRESS, 53, 4000));
	assert_in_range(stamps(), 1, 2 * MARK_STAMPS_EACH);
	end_session(&session);
	close(client);
	close(idle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_syn_to_an_open_port_makes_none),
		scene(a_segment_to_an_open_port_makes_none),
		scene(a_datagram_to_an_open_port_makes_none),
		scene(what_is_dropped_makes_none),
		scene(a_syn_makes_one),
		scene(a_session_that_was_accepted_makes_one_once_it_speaks),
		scene(a_query_makes_one),
		scene(a_query_to_a_group_makes_one_for_all),
		scene(sockets_from_before_have_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
