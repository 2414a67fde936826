// SPDX-License-Identifier: LGPL-2.1-or-later
/* UDP of this host to groups: whoever of them answers, and for a while. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"
#include "talk.h"

#define UDP NETFWV6_PROTOCOL_UDP

/* A client asks all servers on its link; one answers from its own address. */
static void a_dhcp_client_gets_its_address(void **s)
{
	int client, server, other;
	struct sockaddr_in6 from;

	(void)s;
	client = udp_at(world.host, HOST_LINK_LOCAL "%" HOST_DEVICE, 546);
	server = udp_at(world.peer, NULL, 547);
	other = udp_at(world.peer, NULL, 548);
	join_group(server, "ff02::1:2", PEER_DEVICE);
	firewall("enable " HOST_DEVICE);
	say_to(client, "ff02::1:2%" HOST_DEVICE, 547, "solicit");
	from = hear_from(server, "solicit");
	answer(other, &from, "from another port");
	wait_for_packets(HOST_DEVICE, "unmatched-udp", 1);
	answer(server, &from, "advertise");
	from = hear_from(client, "advertise");
	assert_true(IN6_IS_ADDR_LINKLOCAL(&from.sin6_addr));
	say_to(client, "ff02::1:2%" HOST_DEVICE, 547, "request");
	from = hear_from(server, "request");
	answer(server, &from, "reply");
	hear(client, "reply");
	assert_int_equal(packets(HOST_DEVICE, "flow"), 2);
	close(client);
	close(server);
	close(other);
}

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
		scene(a_query_to_any_group_is_answered),
		scene(an_mdns_query_is_answered_by_unicast),
		scene(an_mdns_query_is_answered_to_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
