// SPDX-License-Identifier: LGPL-2.1-or-later
/* UDP of this host: what it asked for comes in, from whom it asked and for a while. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scene.h"
#include "talk.h"
#include "wire.h"

#define UDP NETFWV6_PROTOCOL_UDP

static void a_connected_client_gets_its_answers(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	connect_to(client, PEER_ADDRESS, 53);
	say(client, "question");
	from = hear_from(server, "question");
	answer(server, &from, "one");
	answer(server, &from, "two");
	hear(client, "one");
	hear(client, "two");
	assert_int_equal(packets(HOST_DEVICE, "udp-reply"), 2);
	assert_int_equal(flows_used("udp"), 0); /* its socket is all that is needed */
	close(client);
	close(server);
}

static void an_unconnected_client_gets_its_answers(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	say_to(client, PEER_ADDRESS, 53, "question");
	from = hear_from(server, "question");
	answer(server, &from, "one");
	answer(server, &from, "two");
	hear(client, "one");
	hear(client, "two");
	assert_int_equal(packets(HOST_DEVICE, "flow"), 2);
	assert_int_equal(flows_used("udp"), 1);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	close(client);
	close(server);
}

static void nobody_answers_a_question_that_was_not_asked(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 4000);

	(void)s;
	firewall("enable " HOST_DEVICE);
	say_to(server, HOST_ADDRESS, 4000, "answer");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	assert_true(hears_nothing(client));
	assert_false(in_use(4000, UDP));
	assert_int_equal(flows_used("udp"), 0);
	close(client);
	close(server);
}

#define QUERIES 100

/* As a resolver does it: a port for each query, answers in another order. */
static void a_resolver_gets_every_answer(void **s)
{
	int server = udp_at(world.peer, NULL, 53), resolver[QUERIES];
	struct sockaddr_in6 from[QUERIES];
	char text[32];

	(void)s;
	firewall("enable " HOST_DEVICE);
	for (int i = 0; i < QUERIES; i++) {
		resolver[i] = udp_at(world.host, NULL, 0);
		if (i % 2)
			connect_to(resolver[i], PEER_ADDRESS, 53);
		snprintf(text, sizeof(text), "query %d", i);
		say_to(resolver[i], PEER_ADDRESS, 53, text);
		from[i] = hear_from(server, text);
	}
	for (int i = QUERIES - 1; i >= 0; i--) {
		snprintf(text, sizeof(text), "answer %d", i);
		answer(server, &from[i], text);
		hear(resolver[i], text);
		close(resolver[i]);
	}
	assert_int_equal(packets(HOST_DEVICE, "udp-reply"), QUERIES / 2);
	assert_int_equal(packets(HOST_DEVICE, "flow"), QUERIES / 2);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	close(server);
}

static void one_query_to_many_peers_is_answered_by_all(void **s)
{
	int client = udp_at(world.host, NULL, 4000), server[QUERIES];
	struct sockaddr_in6 from[QUERIES];
	char address[64];

	(void)s;
	for (int i = 0; i < QUERIES; i++)
		must("ip -n %s addr add 2001:db8::1:%x/64 dev " PEER_DEVICE " nodad", world.peer,
		     i);
	firewall("enable " HOST_DEVICE);
	for (int i = 0; i < QUERIES; i++) {
		snprintf(address, sizeof(address), "2001:db8::1:%x", i);
		server[i] = udp_at(world.peer, address, 123);
		say_to(client, address, 123, "time?");
		from[i] = hear_from(server[i], "time?");
	}
	for (int i = 0; i < QUERIES; i++) {
		answer(server[i], &from[i], "noon");
		hear(client, "noon");
		close(server[i]);
	}
	assert_int_equal(packets(HOST_DEVICE, "flow"), QUERIES);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	close(client);
}

static const char *text_of(size_t length)
{
	static char text[65536];

	assert_true(length < sizeof(text));
	memset(text, 'x', length);
	text[length] = '\0';
	return text;
}

static void an_answer_larger_than_the_mtu_arrives_whole(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client[2];
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	for (int i = 0; i < 2; i++) {
		client[i] = udp_at(world.host, NULL, 0);
		if (i)
			connect_to(client[i], PEER_ADDRESS, 53);
		say_to(client[i], PEER_ADDRESS, 53, "much?");
		from = hear_from(server, "much?");
		answer(server, &from, text_of(8000));
		hear(client[i], text_of(8000));
		close(client[i]);
	}
	assert_int_equal(packets(HOST_DEVICE, "flow"), 1);
	assert_int_equal(packets(HOST_DEVICE, "udp-reply"), 1);
	assert_true(packets(HOST_DEVICE, "later-fragment") >= 10);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	close(server);
}

static void a_large_answer_that_nobody_asked_for_never_arrives(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 4000);

	(void)s;
	firewall("enable " HOST_DEVICE);
	say_to(server, HOST_ADDRESS, 4000, text_of(8000));
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	wait_for_packets(HOST_DEVICE, "later-fragment", 5);
	assert_true(hears_nothing(client));
	close(client);
	close(server);
}

static void a_query_that_the_host_fragments_is_answered(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	say_to(client, PEER_ADDRESS, 53, text_of(8000));
	from = hear_from(server, text_of(8000));
	answer(server, &from, "enough");
	hear(client, "enough");
	assert_int_equal(packets(HOST_DEVICE, "flow"), 1);
	close(client);
	close(server);
}

/* Eight bytes of options that say nothing: PadN. */
static void add_options(int fd, int kind)
{
	static const uint8_t header[8] = { 0, 0, 1, 4 };

	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, kind, header, sizeof(header)), 0);
}

static void a_query_with_extension_headers_is_answered(void **s)
{
	int server = udp_at(world.peer, NULL, 53);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	/* Bit 0: destination options, bit 1: hop-by-hop, bit 2: so large that it is fragmented. */
	for (int kind = 1; kind < 8; kind++) {
		const char *text = text_of(kind & 4 ? 5000 : 10);
		int client = udp_at(world.host, NULL, 0);

		if (kind & 1)
			add_options(client, IPV6_DSTOPTS);
		if (kind & 2)
			add_options(client, IPV6_HOPOPTS);
		say_to(client, PEER_ADDRESS, 53, text);
		from = hear_from(server, text);
		answer(server, &from, "understood");
		hear(client, "understood");
		close(client);
	}
	assert_int_equal(packets(HOST_DEVICE, "flow"), 7);
	close(server);
}

static void an_answer_with_extension_headers_arrives(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	add_options(server, IPV6_DSTOPTS);
	add_options(server, IPV6_HOPOPTS);
	say_to(client, PEER_ADDRESS, 53, "question");
	from = hear_from(server, "question");
	answer(server, &from, "with options");
	hear(client, "with options");
	assert_int_equal(packets(HOST_DEVICE, "flow"), 1);
	close(client);
	close(server);
}

/* ---- The end ----------------------------------------------------------------- */

static void a_connected_socket_that_is_closed_gets_no_more(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 4000);
	struct crafted reply = crafted_udp(53, 4000);

	(void)s;
	firewall("enable " HOST_DEVICE);
	connect_to(client, PEER_ADDRESS, 53);
	say(client, "question");
	put(&wire, &reply, 1);
	hear(client, CRAFTED_TEXT);
	close(client);
	client = udp_at(world.host, NULL, 4000);
	put(&wire, &reply, 1);
	wait_for_packets(HOST_DEVICE, "unmatched-udp", 1);
	assert_true(hears_nothing(client));
	close(client);
	close(server);
	close_wire(&wire);
}

/* An answer by the host's server on an open port says nothing about the future. */
static void nothing_is_learned_from_an_open_port(void **s)
{
	int server = udp_at(world.host, NULL, 5000), client = udp_at(world.peer, NULL, 0);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE);
	firewall("open 5000/udp");
	say_to(client, HOST_ADDRESS, 5000, "question");
	from = hear_from(server, "question");
	answer(server, &from, "answer");
	hear(client, "answer");
	assert_int_equal(flows_used("udp"), 0);
	firewall("close 5000/udp");
	say_to(client, HOST_ADDRESS, 5000, "another");
	wait_for_drops(HOST_DEVICE, 1);
	assert_true(hears_nothing(server));
	close(client);
	close(server);
}

static void without_conversations_an_answer_is_unasked(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	(void)s;
	firewall("enable " HOST_DEVICE " --stateless");
	connect_to(client, PEER_ADDRESS, 53);
	say(client, "question");
	from = hear_from(server, "question");
	answer(server, &from, "answer");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	assert_true(hears_nothing(client));
	close(client);
	close(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_connected_client_gets_its_answers),
		scene(an_unconnected_client_gets_its_answers),
		scene(nobody_answers_a_question_that_was_not_asked),
		scene(a_resolver_gets_every_answer),
		scene(one_query_to_many_peers_is_answered_by_all),
		scene(an_answer_larger_than_the_mtu_arrives_whole),
		scene(a_large_answer_that_nobody_asked_for_never_arrives),
		scene(a_query_that_the_host_fragments_is_answered),
		scene(a_query_with_extension_headers_is_answered),
		scene(an_answer_with_extension_headers_arrives),
		scene(a_connected_socket_that_is_closed_gets_no_more),
		scene(nothing_is_learned_from_an_open_port),
		scene(without_conversations_an_answer_is_unasked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
