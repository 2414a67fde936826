// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Packets near a live conversation: as it is but for one field, which is off by one, or
 * by one bit. Ten thousand of them, and none reaches the stack.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "behind.h"
#include "scene.h"
#include "talk.h"
#include "wire.h"

#define FORGED 10000

static struct wire wire;

static void flip_bit(uint8_t *bytes, unsigned int bit)
{
	bytes[bit / 8] ^= 1 << bit % 8;
}

static void add_to_address(struct in6_addr *address, int amount)
{
	for (int i = 15; i >= 0; i--) {
		int sum = address->s6_addr[i] + amount;

		address->s6_addr[i] = sum;
		amount = sum < 0 ? -1 : sum > 255;
	}
}

/*
 * Two ways off by one and as many bits as there are, for each address and each port.
 * Past the 2 * 130 + 2 * 18 of them, ports further and further away.
 */
static struct crafted forged(const struct crafted *genuine, unsigned int n)
{
	struct crafted packet = *genuine;
	unsigned int field = n % 4, way = n / 4;

	if (field < 2) {
		struct in6_addr *address = field ? &packet.source : &packet.destination;

		if (way % 130 < 2)
			add_to_address(address, way % 130 ? 1 : -1);
		else
			flip_bit(address->s6_addr, way % 130 - 2);
		return packet;
	}
	if (field == 2)
		packet.source_port += way % 2 ? 1 + way / 2 : -1 - way / 2;
	else
		packet.destination_port += way % 2 ? 1 + way / 2 : -1 - way / 2;
	return packet;
}

/* Puts the forged ones on the wire and waits until each was dropped. */
static void forge(const struct crafted *genuine)
{
	static const uint8_t flags[] = { ACK, PSH | ACK, FIN | ACK, RST, SYN | ACK, SYN, 0 };
	uint64_t reached = reached_stack(world.host), before = dropped(HOST_DEVICE);
	static struct crafted packets[FORGED];

	for (unsigned int i = 0; i < FORGED; i++) {
		packets[i] = forged(genuine, i);
		if (genuine->protocol == IPPROTO_TCP)
			packets[i].flags = flags[i / 4 % sizeof(flags)];
	}
	for (unsigned int i = 0; i < FORGED; i += 200) {
		put(&wire, &packets[i], 200);
		wait_for_drops(HOST_DEVICE, before + i + 200);
	}
	assert_int_equal(dropped(HOST_DEVICE), before + FORGED);
	assert_int_equal(reached_stack(world.host), reached);
}

/* The same ports and addresses, in the other protocol. */
static void forge_other_protocol(const struct crafted *genuine)
{
	uint64_t reached = reached_stack(world.host), before = dropped(HOST_DEVICE);
	struct crafted packet = *genuine;

	packet.protocol = genuine->protocol == IPPROTO_TCP ? IPPROTO_UDP : IPPROTO_TCP;
	packet.flags = ACK;
	put(&wire, &packet, 1);
	wait_for_drops(HOST_DEVICE, before + 1);
	assert_int_equal(reached_stack(world.host), reached);
}

/* The genuine packet, made in the same way, does arrive. */
static void expect_genuine(const struct crafted *genuine)
{
	uint64_t reached = reached_stack(world.host), before = dropped(HOST_DEVICE);
	struct crafted packet = *genuine;

	if (genuine->protocol == IPPROTO_TCP)
		packet.flags = ACK;
	put(&wire, &packet, 1);
	for (int i = 0; i < 1000 && reached_stack(world.host) == reached; i++)
		;
	assert_int_equal(reached_stack(world.host), reached + 1);
	assert_int_equal(dropped(HOST_DEVICE), before);
}

static void prepare(void)
{
	wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	/* The peer's own stack says nothing meanwhile, neither of itself nor in answer. */
	must_in(world.peer, "nft add table ip6 mute && nft 'add chain ip6 mute out { type filter "
			    "hook output priority 0; policy drop; }' && nft add rule ip6 mute out "
			    "icmpv6 type '{ 133, 134, 135, 136 }' accept");
	watch_stack(world.host, HOST_DEVICE);
}

static void unmute(void)
{
	must_in(world.peer, "nft delete table ip6 mute");
}

static void try_all(struct crafted genuine)
{
	forge(&genuine);
	forge_other_protocol(&genuine);
	expect_genuine(&genuine);
	close_wire(&wire);
}

static void nothing_near_an_unconnected_sockets_conversation_passes(void **s)
{
	int client = udp_at(world.host, HOST_ADDRESS, 30000);

	(void)s;
	prepare();
	firewall("enable " HOST_DEVICE);
	say_to(client, PEER_ADDRESS, 20000, "question");
	try_all(crafted_udp(20000, 30000));
	hear(client, CRAFTED_TEXT);
	assert_true(hears_nothing(client));
	close(client);
}

static void nothing_near_a_connected_sockets_conversation_passes(void **s)
{
	int client = udp_at(world.host, HOST_ADDRESS, 30000);

	(void)s;
	prepare();
	firewall("enable " HOST_DEVICE);
	connect_to(client, PEER_ADDRESS, 20000);
	say(client, "question");
	try_all(crafted_udp(20000, 30000));
	hear(client, CRAFTED_TEXT);
	assert_true(hears_nothing(client));
	close(client);
}

static void nothing_near_a_tcp_connection_passes(void **s)
{
	int listener = listen_at(world.peer, NULL, 20000), near = tcp_at(world.host, NULL, 30000);
	int other = listen_at(world.host, NULL, 30001), far;

	(void)s;
	firewall("enable " HOST_DEVICE);
	connect_to(near, PEER_ADDRESS, 20000);
	far = accept_from(listener);
	speak_in_turn(near, far);
	speak_in_turn(far, near);
	prepare();
	try_all(crafted_tcp(20000, 30000, ACK));
	unmute();
	assert_true(hears_nothing(other));
	speak_in_turn(far, near);
	close(listener);
	close(other);
	close(near);
	close(far);
}

static void nothing_near_an_inner_machines_connection_passes(void **s)
{
	int listener = listen_at(world.peer, NULL, 20000), near, far;
	struct crafted genuine = crafted_tcp(20000, 30000, ACK);

	(void)s;
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	near = tcp_at(inner, NULL, 30000);
	connect_to(near, PEER_ADDRESS, 20000);
	far = accept_from(listener);
	speak_in_turn(near, far);
	speak_in_turn(far, near);
	prepare();
	set_destination(&genuine, INNER_ADDRESS);
	try_all(genuine);
	unmute();
	speak_in_turn(far, near);
	close(listener);
	close(near);
	close(far);
}

/* All know that a group beyond the link was asked: any address may answer, no other port. */
static void nothing_near_a_query_to_a_group_passes_but_from_another_address(void **s)
{
	int client = udp_at(world.host, HOST_ADDRESS, 30000);
	uint64_t before;
	struct crafted genuine = crafted_udp(20000, 30000);

	(void)s;
	prepare();
	firewall("enable " HOST_DEVICE);
	say_to(client, "ff05::123%" HOST_DEVICE, 20000, "question");
	before = reached_stack(world.host);
	for (unsigned int i = 0; i < FORGED; i++) {
		struct crafted packet = forged(&genuine, i);

		if (i % 4 == 1)
			continue; /* the source address */
		put(&wire, &packet, 1);
	}
	wait_for_drops(HOST_DEVICE, FORGED * 3 / 4);
	assert_int_equal(reached_stack(world.host), before);
	forge_other_protocol(&genuine);
	expect_genuine(&genuine);
	close_wire(&wire);
	close(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(nothing_near_an_unconnected_sockets_conversation_passes),
		scene(nothing_near_a_connected_sockets_conversation_passes),
		scene(nothing_near_a_tcp_connection_passes),
		scene(nothing_near_an_inner_machines_connection_passes),
		scene(nothing_near_a_query_to_a_group_passes_but_from_another_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
