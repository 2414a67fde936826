// SPDX-License-Identifier: LGPL-2.1-or-later
/* UDP of this host to groups: whoever of them answers, and for a while. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"
#include "talk.h"
#include "wire.h"

#define UDP NETFWV6_PROTOCOL_UDP

/* A client asks all servers on its link; one answers from its own address, from any port. */
static void a_dhcp_client_gets_its_address(void **s)
{
	int client, server, other;
	struct sockaddr_in6 from;

	(void)s;
	client = udp_at(world.host, HOST_LINK_LOCAL "%" HOST_DEVICE, 546);
	server = udp_at(world.peer, NULL, 547);
	other = udp_at(world.peer, NULL, 30547);
	join_group(server, "ff02::1:2", PEER_DEVICE);
	firewall("enable " HOST_DEVICE);
	say_to(client, "ff02::1:2%" HOST_DEVICE, 547, "solicit");
	from = hear_from(server, "solicit");
	answer(other, &from, "from another port");
	hear(client, "from another port");
	answer(server, &from, "advertise");
	from = hear_from(client, "advertise");
	assert_true(IN6_IS_ADDR_LINKLOCAL(&from.sin6_addr));
	say_to(client, "ff02::1:2%" HOST_DEVICE, 547, "request");
	from = hear_from(server, "request");
	answer(server, &from, "reply");
	hear(client, "reply");
	assert_int_equal(packets(HOST_DEVICE, "flow"), 3);
	close(client);
	close(server);
	close(other);
}

/* ---- Neighbours ---------------------------------------------------------------------- */

#define ASKING_PORT 30000

static struct wire wire;

/* Asks a group of the link, from that address and port. */
static int ask_neighbours(const char *address, uint16_t port, uint16_t asked)
{
	int client = udp_at(world.host, address, port);

	say_to(client, "ff02::c%" HOST_DEVICE, asked, "who is there?");
	return client;
}

static void put_answer(const char *from, uint16_t from_port, const char *to, uint16_t to_port)
{
	struct crafted packet = crafted_udp(from_port, to_port);

	set_source(&packet, from);
	set_destination(&packet, to);
	put(&wire, &packet, 1);
}

static void expect_dropped_answer(const char *from, uint16_t from_port, const char *to,
				  uint16_t to_port)
{
	uint64_t before = dropped(HOST_DEVICE);

	put_answer(from, from_port, to, to_port);
	wait_for_drops(HOST_DEVICE, before + 1);
}

/* By a link-local address, by one of the asker's subnet, or to a link-local address. */
static void neighbours_answer_from_any_port(void **s)
{
	int client;

	(void)s;
	wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	firewall("enable " HOST_DEVICE);
	client = ask_neighbours(HOST_ADDRESS, ASKING_PORT, 1900);
	put_answer(PEER_LINK_LOCAL, 40000, HOST_ADDRESS, ASKING_PORT);
	hear(client, CRAFTED_TEXT);
	put_answer("2001:db8::77", 40001, HOST_ADDRESS, ASKING_PORT);
	hear(client, CRAFTED_TEXT);
	close(client);
	client = ask_neighbours(HOST_LINK_LOCAL "%" HOST_DEVICE, ASKING_PORT + 1, 1900);
	put_answer("2001:db8:77::1", 40002, HOST_LINK_LOCAL, ASKING_PORT + 1);
	hear(client, CRAFTED_TEXT);
	close(client);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	close_wire(&wire);
}

/* Neither others, nor to another port, nor to another address, nor when it is over. */
static void nobody_else_answers_a_question_to_neighbours(void **s)
{
	int client, other = udp_at(world.host, NULL, ASKING_PORT + 1);

	(void)s;
	wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	must("ip -n %s addr add 2001:db8::99/64 dev " HOST_DEVICE " nodad", world.host);
	firewall("enable " HOST_DEVICE);
	client = ask_neighbours(HOST_ADDRESS, ASKING_PORT, 1900);
	expect_dropped_answer("2001:db8:77::1", 40000, HOST_ADDRESS, ASKING_PORT);
	expect_dropped_answer("2001:db8:77::1", 1900, HOST_ADDRESS, ASKING_PORT);
	expect_dropped_answer(PEER_LINK_LOCAL, 1900, HOST_ADDRESS, ASKING_PORT + 1);
	expect_dropped_answer(PEER_LINK_LOCAL, 1900, "2001:db8::99", ASKING_PORT);
	let_pass(31);
	expect_dropped_answer(PEER_LINK_LOCAL, 1900, HOST_ADDRESS, ASKING_PORT);
	assert_true(hears_nothing(client));
	assert_true(hears_nothing(other));
	close(client);
	close(other);
	close_wire(&wire);
}

/* Where all ask and answer from one port, it is the only one. */
static void mdns_is_answered_from_its_port_alone(void **s)
{
	int client;

	(void)s;
	wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	firewall("enable " HOST_DEVICE);
	client = ask_neighbours(HOST_ADDRESS, 5353, 5353);
	expect_dropped_answer(PEER_LINK_LOCAL, 5354, HOST_ADDRESS, 5353);
	put_answer(PEER_LINK_LOCAL, 5353, HOST_ADDRESS, 5353);
	hear(client, CRAFTED_TEXT);
	close(client);
	close_wire(&wire);
}

/* ---- Groups beyond the link, mDNS ------------------------------------------------------ */

/* With a global source as well, and to a group beyond the link. */
static void a_query_to_any_group_is_answered(void **s)
{
	static const char *const groups[] = { "ff02::123", "ff05::123", "ff0e::123" };
	int client, server = udp_at(world.peer, NULL, 6000);
	struct sockaddr_in6 from;
	char group[64];

	(void)s;
	firewall("enable " HOST_DEVICE);
	for (int i = 0; i < 3; i++) {
		join_group(server, groups[i], PEER_DEVICE);
		snprintf(group, sizeof(group), "%s%%" HOST_DEVICE, groups[i]);
		client = udp_at(world.host, HOST_ADDRESS, 0);
		say_to(client, group, 6000, "who is there?");
		from = hear_from(server, "who is there?");
		answer(server, &from, "me");
		hear(client, "me");
		close(client);
	}
	assert_int_equal(packets(HOST_DEVICE, "flow"), 3);
	close(server);
}

#define MDNS_GROUP "ff02::fb"

/* From a port of its own, and from 5353 with answers by unicast. */
static void an_mdns_query_is_answered_by_unicast(void **s)
{
	int responder, client;
	struct sockaddr_in6 from;

	(void)s;
	responder = udp_at(world.peer, NULL, 5353);
	join_group(responder, MDNS_GROUP, PEER_DEVICE);
	firewall("enable " HOST_DEVICE);
	for (int i = 0; i < 2; i++) {
		client = udp_at(world.host, HOST_LINK_LOCAL "%" HOST_DEVICE, i ? 5353 : 0);
		say_to(client, MDNS_GROUP "%" HOST_DEVICE, 5353, "printer.local?");
		from = hear_from(responder, "printer.local?");
		answer(responder, &from, "it is me");
		hear(client, "it is me");
		close(client);
	}
	assert_int_equal(packets(HOST_DEVICE, "flow"), 2);
	close(responder);
}

/* Most responders tell everybody: the answer is to the group that was asked. */
static void an_mdns_query_is_answered_to_the_group(void **s)
{
	int responder, client;

	(void)s;
	responder = udp_at(world.peer, PEER_LINK_LOCAL "%" PEER_DEVICE, 5353);
	client = udp_at(world.host, NULL, 5353);
	join_group(client, MDNS_GROUP, HOST_DEVICE);
	firewall("enable " HOST_DEVICE);
	say_to(responder, MDNS_GROUP "%" PEER_DEVICE, 5353, "unasked");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	assert_true(hears_nothing(client));
	say_to(client, MDNS_GROUP "%" HOST_DEVICE, 5353, "printer.local?");
	hear(client, "printer.local?"); /* we are in the group ourselves */
	say_to(responder, MDNS_GROUP "%" PEER_DEVICE, 5353, "it is me");
	hear(client, "it is me");
	close(client);
	close(responder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_dhcp_client_gets_its_address),
		scene(neighbours_answer_from_any_port),
		scene(nobody_else_answers_a_question_to_neighbours),
		scene(mdns_is_answered_from_its_port_alone),
		scene(a_query_to_any_group_is_answered),
		scene(an_mdns_query_is_answered_by_unicast),
		scene(an_mdns_query_is_answered_to_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
