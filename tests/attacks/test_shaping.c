// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * This host shapes what comes in by fw0 with an ifb of its own, behind the guard. The kernel
 * sends it back to fw0 past all hooks, as if the other end had skipped them; what was wanted
 * arrives all the same.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "defence.h"
#include "machine.h"
#include "sockets.h"
#include "talk.h"
#include "ways.h"

#define SERVICE 7000 /* the peer's */
#define GROUP "ff02::7777"

static struct listeners at;

static int before(void **unused)
{
	world_reset(unused);
	clear_peer();
	at = listen_on_both();
	/* First, as before TCX the guard needs one, too, and shares it. */
	must("tc qdisc add dev " HOST_DEVICE " clsact");
	return 0;
}

static int after(void **unused)
{
	(void)unused;
	stop_listening(&at);
	run("%s disable " HOST_DEVICE, netfwv6());
	run("tc qdisc del dev " HOST_DEVICE " clsact; ip link del shaper");
	return 0;
}

static void defend_and_shape(const char *mode)
{
	if (mode)
		defend(mode);
	must("ip link add shaper type ifb && ip link set shaper up && "
	     "tc filter add dev " HOST_DEVICE " ingress protocol all prio 10 u32 match u32 0 0 "
	     "action mirred egress redirect dev shaper");
}

static uint64_t shaped(void)
{
	return strtoull(must("ip -j -s link show dev shaper | jq '.[0].stats64.tx.packets'"), NULL,
			10);
}

/* Whoever answers is not whom the question was sent to, where that is a group. */
static void ask(const char *whom)
{
	int service = udp_at(world.peer, NULL, SERVICE), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 asker;

	join_group(service, GROUP, PEER_DEVICE);
	say_to(client, whom, SERVICE, "question");
	asker = hear_from(service, "question");
	answer(service, &asker, "answer");
	hear(client, "answer");
	close(service);
	close(client);
}

static void conversations_go_on(void **mode)
{
	struct session session;

	defend_and_shape(*mode);
	session = begin_session(world.host, world.peer, PEER_ADDRESS, SERVICE);
	speak_in_turn(session.that, session.this);
	end_session(&session);
	ask(PEER_ADDRESS);
	ask(GROUP "%" HOST_DEVICE);
	assert_true(shaped() >= 5); /* it was on that way */
}

static void open_is_open(void **mode)
{
	int client, server;

	defend_and_shape(*mode);
	client = connect_on_way(OPEN);
	send_on_way(OPEN, "open");
	server = wait_for_accept(at.open_tcp);
	wait_for_datagram(at.open_udp, "open");
	assert_true(shaped() >= 2);
	close(client);
	close(server);
}

static void closed_is_closed(void **mode)
{
	defend_and_shape(*mode);
	send_on_way(CLOSED, "closed");
	send_on_way(OPEN, "open");
	wait_for_datagram(at.open_udp, "open");
	wait_for_all_drops(1);
	assert_true(nothing_arrived(at.closed_udp));
}

#define test_in(mode, function)                                                                    \
	{                                                                                          \
#function ": " mode, function, before, after, mode                                 \
	}
#define test_in_each_mode(function)                                                                \
	test_in("native", function), test_in("generic", function), test_in("tc", function)

static int main_of(void)
{
	const struct CMUnitTest tests[] = {
		{ "conversations_go_on: no firewall", conversations_go_on, before, after, NULL },
		test_in_each_mode(conversations_go_on),
		test_in_each_mode(open_is_open),
		test_in_each_mode(closed_is_closed),
	};

	return cmocka_run_group_tests_name("shaping", tests, world_setup, world_teardown);
}

int main(void)
{
	return on_a_machine_of_its_own(main_of);
}
