// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Strangers by the hundred thousand, while conversations live: none of these is lost,
 * and nothing is remembered of those.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "behind.h"
#include "scene.h"
#include "talk.h"
#include "wire.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP
#define STRANGERS 200000
#define FLOWS 1000
#define BATCH 1000

static uint64_t seen(const char *device)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, device);
	struct netfwv6_counter counters[64];
	uint64_t sum = 0;
	size_t n = 0;

	assert_ok(netfwv6_connection_get_counters(connection, 64, sizeof(struct netfwv6_counter),
						  counters, &n));
	for (size_t i = 0; i < n; i++)
		sum += counters[i].packets;
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return sum;
}

/* Another address and port each time, the same ones in every run. */
static void be_somebody_else(struct crafted *packet)
{
	static uint64_t state = 88172645463325252ULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	set_source(packet, "2001:db8:bad::");
	memcpy(&packet->source.s6_addr[8], &state, sizeof(state));
	packet->source_port = 1 + state % 65535;
}

/* Puts strangers on the wire until the firewall has seen so many packets more. */
static void let_strangers_try(struct wire *wire, uint64_t n,
			      struct crafted (*stranger)(unsigned int i), void (*meanwhile)(void))
{
	static struct crafted batch[BATCH];
	uint64_t end = seen(HOST_DEVICE) + n;
	unsigned int i = 0;

	while (seen(HOST_DEVICE) < end) {
		for (int k = 0; k < BATCH; k++) {
			batch[k] = stranger(i++);
			be_somebody_else(&batch[k]);
		}
		put(wire, batch, BATCH);
		if (meanwhile)
			meanwhile();
	}
}

/* A thousand flows of an unconnected socket, and their proof. */
static struct {
	struct wire wire;
	int client;
} querier;

static void ask_all(void)
{
	querier.wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	querier.client = udp_at(world.host, NULL, 4000);
	for (int i = 0; i < FLOWS; i++)
		say_to(querier.client, PEER_ADDRESS, 10000 + i, "question");
}

static void expect_all_answers(void)
{
	uint64_t before = packets(HOST_DEVICE, "flow");

	for (int i = 0; i < FLOWS; i++) {
		struct crafted reply = crafted_udp(10000 + i, 4000);

		put(&querier.wire, &reply, 1);
		hear(querier.client, CRAFTED_TEXT);
	}
	assert_int_equal(packets(HOST_DEVICE, "flow"), before + FLOWS);
}

static void end_queries(void)
{
	close(querier.client);
	close_wire(&querier.wire);
}

/* The peer's stack is not to answer for strangers, nor to refuse what is asked. */
static void make_peer_a_wire(void)
{
	must("ip -n %s route add blackhole 2001:db8:bad::/48", world.peer);
	must_in(world.peer, "nft add table ip6 mute && nft 'add chain ip6 mute out { type filter "
			    "hook output priority 0; policy drop; }' && nft add rule ip6 mute out "
			    "icmpv6 type '{ 133, 134, 135, 136 }' accept");
}

/* ---- At closed and open ports ------------------------------------------------------- */

#define OPEN_UDP 5000
#define OPEN_TCP 8080
#define SILENT_UDP 5001 /* open, but nobody is there */

static int echo;

static void echo_everything(void)
{
	struct sockaddr_in6 from;
	char text[64];

	for (;;) {
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(echo, text, sizeof(text), 0, (struct sockaddr *)&from, &size);

		if (n < 0)
			return;
		sendto(echo, text, n, 0, (struct sockaddr *)&from, size);
	}
}

static struct crafted stranger(unsigned int i)
{
	switch (i % 8) {
	case 0:
		return crafted_tcp(0, 1 + i % 4000, SYN);
	case 1:
		return crafted_tcp(0, 1 + i % 4000, ACK);
	case 2:
		return crafted_udp(0, 1 + i % 3999);
	case 3:
		return crafted_udp(0, 4000); /* in use, asked others */
	case 4:
		return crafted_udp(0, OPEN_UDP);
	case 5:
		return crafted_udp(0, SILENT_UDP);
	case 6:
		return crafted_tcp(0, OPEN_TCP, SYN);
	default:
		return crafted_tcp(0, OPEN_TCP, ACK);
	}
}

static void strangers_push_no_conversation_out(void **s)
{
	struct session session;
	int listener;

	(void)s;
	firewall("enable " HOST_DEVICE);
	firewall("open %d/udp %d/udp %d/tcp", OPEN_UDP, SILENT_UDP, OPEN_TCP);
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	listener = listen_at(world.host, NULL, OPEN_TCP);
	echo = udp_at(world.host, NULL, OPEN_UDP);
	make_peer_a_wire();
	must("ip route add 2001:db8:bad::/48 via " PEER_ADDRESS);
	ask_all();
	let_strangers_try(&querier.wire, STRANGERS, stranger, echo_everything);
	assert_int_equal(flows_used("udp"), FLOWS);
	assert_int_equal(flows_used("tcp") + flows_used("tcp_answers"), 0);
	for (int port = 1; port < 4000; port++)
		assert_false(in_use(port, UDP));
	assert_false(in_use(SILENT_UDP, UDP));
	for (int port = 1; port < 4000; port++)
		assert_false(in_use(port, TCP));
	expect_all_answers();
	must_in(world.peer, "nft delete table ip6 mute");
	speak_in_turn(session.that, session.this);
	end_session(&session);
	close(listener);
	close(echo);
	end_queries();
}

/* ---- Through the host --------------------------------------------------------------- */

/* For a machine behind the host whose port is open, a server or nobody. */
static struct crafted stranger_to_inner(unsigned int i)
{
	struct crafted packet = i % 3 == 0 ? crafted_tcp(0, OPEN_TCP, SYN) :
				i % 3 == 1 ? crafted_udp(0, OPEN_UDP) :
					     crafted_tcp(0, OPEN_TCP, ACK);

	set_destination(&packet, INNER_ADDRESS);
	return packet;
}

static void strangers_at_an_inner_server_push_nothing_out(void **s)
{
	int listener;

	(void)s;
	route_inner();
	firewall("enable " HOST_DEVICE);
	firewall("open %d/udp %d/tcp", OPEN_UDP, OPEN_TCP);
	listener = listen_at(inner, NULL, OPEN_TCP);
	echo = udp_at(inner, NULL, OPEN_UDP);
	make_peer_a_wire();
	must("ip route add 2001:db8:bad::/48 via " PEER_ADDRESS);
	ask_all();
	let_strangers_try(&querier.wire, 60000, stranger_to_inner, echo_everything);
	assert_int_equal(flows_used("udp"), FLOWS);
	assert_int_equal(flows_used("tcp") + flows_used("tcp_answers"), 0);
	expect_all_answers();
	close(listener);
	close(echo);
	end_queries();
}

/*
 * For somebody who is not behind the host at all: it sends them back where they came
 * from, to its own router. The port is open, so they were let in, and their source
 * port is not.
 */
static struct crafted stranger_to_elsewhere(unsigned int i)
{
	struct crafted packet = i % 2 ? crafted_udp(0, OPEN_UDP) : crafted_tcp(0, OPEN_TCP, SYN);

	set_destination(&packet, "2001:db8:e15e::1");
	return packet;
}

/*
 * With a forged source a stranger can make a forwarding host send in the name of its own
 * closed ports, to himself. That must not count as the host's own conversation.
 */
static void a_forged_source_opens_no_port(void **s)
{
	struct crafted forged[2], attempts[2];
	struct wire wire;
	int udp;

	(void)s;
	route_inner(); /* so the host forwards */
	firewall("enable " HOST_DEVICE);
	firewall("open %d/udp %d/tcp", OPEN_UDP, OPEN_TCP);
	udp = udp_at(world.host, NULL, 7000);
	wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	forged[0] = crafted_udp(7000, OPEN_UDP);
	forged[1] = crafted_tcp(22, OPEN_TCP, SYN);
	attempts[0] = crafted_udp(OPEN_UDP, 7000);
	attempts[1] = crafted_tcp(OPEN_TCP, 22, SYN);
	for (int i = 0; i < 2; i++) {
		set_source(&forged[i], HOST_ADDRESS);
		set_destination(&forged[i], PEER_ADDRESS);
	}
	put(&wire, forged, 2);
	wait_for_packets(HOST_DEVICE, "open-global", 2);
	put(&wire, attempts, 2);
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	wait_for_packets(HOST_DEVICE, "closed-tcp", 1);
	assert_true(hears_nothing(udp));
	assert_int_equal(flows_used("udp") + flows_used("tcp") + flows_used("tcp_answers"), 0);
	close(udp);
	close_wire(&wire);
}

static void what_a_router_sends_back_pushes_nothing_out(void **s)
{
	(void)s;
	route_inner(); /* so the host forwards */
	firewall("enable " HOST_DEVICE);
	firewall("open %d/udp %d/tcp", OPEN_UDP, OPEN_TCP);
	make_peer_a_wire();
	must("ip route add default via " PEER_ADDRESS);
	ask_all();
	let_strangers_try(&querier.wire, STRANGERS, stranger_to_elsewhere, NULL);
	assert_int_equal(flows_used("udp"), FLOWS);
	assert_int_equal(flows_used("tcp") + flows_used("tcp_answers"), 0);
	expect_all_answers();
	end_queries();
}

/* ---- Our own ------------------------------------------------------------------------- */

/* More queries than there is room for: the newest are answered all the same. */
static void a_full_table_never_blocks(void **s)
{
	uint64_t capacity;
	int client = -1;

	(void)s;
	firewall("enable " HOST_DEVICE);
	make_peer_a_wire();
	capacity = flows_capacity("udp");
	for (uint64_t i = 0; i < capacity + 5000; i++) {
		if (i % 60000 == 0) {
			close(client);
			client = udp_at(world.host, NULL, 0);
		}
		say_to(client, PEER_ADDRESS, 1000 + i % 60000, "x");
	}
	close(client);
	ask_all();
	assert_true(flows_used("udp") <= capacity);
	expect_all_answers();
	end_queries();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(strangers_push_no_conversation_out),
		scene(strangers_at_an_inner_server_push_nothing_out),
		scene(a_forged_source_opens_no_port),
		scene(what_a_router_sends_back_pushes_nothing_out),
		scene(a_full_table_never_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
