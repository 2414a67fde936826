// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The query leaves through one uplink, the answer comes in through another.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "behind.h"
#include "scene.h"
#include "talk.h"
#include "uplink.h"
#include "wire.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP

static void tcp_works(const char *netns)
{
	struct session session = begin_session(netns, world.peer, FAR_ADDRESS, 80);

	speak_in_turn(session.this, session.that);
	speak_in_turn(session.that, session.this);
	end_session(&session);
}

/* Asks over up1; returns the client's socket, and what there is to answer. */
struct asked {
	int client, server;
	struct sockaddr_in6 from;
};

static struct asked ask(bool connected)
{
	struct asked asked = { .client = udp_at(world.host, HOST_ADDRESS, 0),
			       .server = udp_at(world.peer, FAR_ADDRESS, 53) };

	if (connected)
		connect_to(asked.client, FAR_ADDRESS, 53);
	say_to(asked.client, FAR_ADDRESS, 53, "question");
	asked.from = hear_from(asked.server, "question");
	return asked;
}

static void forget(struct asked *asked)
{
	close(asked->client);
	close(asked->server);
}

static void expect_answer(bool connected)
{
	struct asked asked = ask(connected);

	answer(asked.server, &asked.from, "answer");
	hear(asked.client, "answer");
	forget(&asked);
}

static void what_sockets_show_needs_nothing_on_the_other_uplink(void **s)
{
	(void)s;
	add_second_uplink();
	firewall("enable " HOST_DEVICE);
	tcp_works(world.host);
	expect_answer(true);
	assert_true(packets(HOST_DEVICE, "established") >= 3);
	assert_int_equal(packets(HOST_DEVICE, "udp-reply"), 1);
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

static void an_unconnected_query_needs_the_other_uplink_to_learn(void **s)
{
	struct asked asked;

	(void)s;
	add_second_uplink();
	firewall("enable " HOST_DEVICE);
	asked = ask(false);
	answer(asked.server, &asked.from, "answer");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	assert_true(hears_nothing(asked.client));
	forget(&asked);
	firewall("enable --learn-only up1");
	expect_answer(false);
	assert_int_equal(packets(HOST_DEVICE, "flow"), 1);
	firewall("disable up1");
	asked = ask(false);
	answer(asked.server, &asked.from, "answer");
	wait_for_drops(HOST_DEVICE, 2);
	assert_true(hears_nothing(asked.client));
	forget(&asked);
}

static void a_firewalled_uplink_learns_for_the_other(void **s)
{
	(void)s;
	add_second_uplink();
	firewall("enable up1");
	firewall("enable " HOST_DEVICE);
	tcp_works(world.host);
	expect_answer(true);
	expect_answer(false);
	assert_int_equal(packets(HOST_DEVICE, "flow"), 1);
	assert_int_equal(dropped(HOST_DEVICE) + dropped("up1"), 0);
}

static void a_machine_behind_needs_the_other_uplink_to_learn(void **s)
{
	(void)s;
	add_second_uplink();
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	firewall("enable --learn-only up1");
	tcp_works(inner);
	assert_int_equal(flows_used("tcp"), 1);
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

static void an_uplink_that_only_learns_drops_nothing(void **s)
{
	int udp = udp_at(world.host, NULL, 5000), listener = listen_at(world.host, NULL, 8080);
	struct session session = { .that = tcp_at(world.peer, NULL, 0) };
	int stranger = udp_at(world.peer, NULL, 0);

	(void)s;
	add_second_uplink();
	firewall("enable --learn-only up1");
	firewall("enable --learn-only up1"); /* again changes nothing */
	say_to(stranger, "2001:db8:5::1", 5000, "unasked");
	hear(udp, "unasked");
	connect_to(session.that, "2001:db8:5::1", 8080);
	session.this = accept_from(listener);
	speak_in_turn(session.that, session.this);
	end_session(&session);
	close(udp);
	close(listener);
	close(stranger);
}

/* A sentence for the administrator: replies to what leaves there may be dropped here. */
static void enabling_names_the_uplinks_that_do_not_learn(void **s)
{
	const struct output *output;

	(void)s;
	add_second_uplink();
	must("ip -n %s route add default via 2001:db8:5::2", world.host);
	output = run("%s enable " HOST_DEVICE, netfwv6());
	assert_int_equal(output->status, 0);
	if (!strstr(output->out, "up1"))
		assert_non_null(strstr(output->err, "up1"));
	firewall("disable " HOST_DEVICE);
	firewall("enable --learn-only up1");
	output = run("%s enable " HOST_DEVICE, netfwv6());
	assert_int_equal(output->status, 0);
	assert_null(strstr(output->out, "up1"));
	assert_null(strstr(output->err, "up1"));
}

/* An address of a link says nothing on another link. */
static void a_link_local_conversation_stays_on_its_link(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 4000);
	struct crafted reply = crafted_udp(53, 4000);
	struct wire right, wrong;

	(void)s;
	add_second_uplink();
	must("ip -n %s addr add " HOST_LINK_LOCAL "/64 dev up1 nodad", world.host);
	right = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	wrong = open_wire(world.peer, "peer1", "up1");
	set_source(&reply, PEER_LINK_LOCAL);
	set_destination(&reply, HOST_LINK_LOCAL);
	firewall("enable " HOST_DEVICE);
	firewall("enable up1");
	say_to(client, PEER_LINK_LOCAL "%" HOST_DEVICE, 53, "question");
	hear(server, "question");
	put(&wrong, &reply, 1);
	wait_for_packets("up1", "unmatched-udp", 1);
	assert_true(hears_nothing(client));
	put(&right, &reply, 1);
	hear(client, CRAFTED_TEXT);
	close(client);
	close(server);
	close_wire(&right);
	close_wire(&wrong);
}

/* The mark itself: the answer's port was never seen leaving, yet is healed at once. */
static void the_missed_mark_is_set_by_the_answer(void **s)
{
	struct asked asked;

	(void)s;
	add_second_uplink();
	firewall("enable " HOST_DEVICE);
	asked = ask(true);
	assert_false(in_use(port_of(asked.client), UDP));
	answer(asked.server, &asked.from, "answer");
	hear(asked.client, "answer");
	assert_true(in_use(port_of(asked.client), UDP));
	forget(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(what_sockets_show_needs_nothing_on_the_other_uplink),
		scene(an_unconnected_query_needs_the_other_uplink_to_learn),
		scene(a_firewalled_uplink_learns_for_the_other),
		scene(a_machine_behind_needs_the_other_uplink_to_learn),
		scene(an_uplink_that_only_learns_drops_nothing),
		scene(enabling_names_the_uplinks_that_do_not_learn),
		scene(a_link_local_conversation_stays_on_its_link),
		scene(the_missed_mark_is_set_by_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
