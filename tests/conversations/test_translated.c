// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Conversations whose addresses or ports the host translates: they pass while connection tracking
 * has them, to who began them, and to nobody else.
 */
#include <string.h>
#include <unistd.h>

#include "behind.h"
#include "elsewhere.h"
#include "scene.h"
#include "talk.h"
#include "translate.h"
#include "wire.h"

#define FAR "2001:db8:2::2"
#define BACKEND "2001:db8::5" /* on the peer's link */

/* ---- Ports that lead elsewhere ------------------------------------------------------- */

static void tcp_is_answered(const char *netns, const char *server)
{
	int listener = listen_at(netns, server, 8080);
	struct session session = { .this = tcp_at(world.peer, PEER_ADDRESS, 0) };

	connect_to(session.this, HOST_ADDRESS, 80);
	session.that = accept_from(listener);
	wait_for_connection(session.this);
	speak_in_turn(session.this, session.that);
	speak_in_turn(session.that, session.this);
	let_pass(3600);
	speak_in_turn(session.that, session.this);
	end_session(&session);
	close(listener);
}

static void udp_is_answered(const char *netns, const char *address)
{
	int server = udp_at(netns, address, 5353), client = udp_at(world.peer, PEER_ADDRESS, 0);
	struct sockaddr_in6 from;

	for (int i = 0; i < 2; i++) {
		say_to(client, HOST_ADDRESS, 53, "question");
		from = hear_from(server, "question");
		answer(server, &from, "answer");
		hear(client, "answer");
	}
	close(server);
	close(client);
}

/* Strangers began them, so they fill no table of ours. */
static void expect_strangers_flows(void)
{
	assert_int_equal(flows_used("tcp") + flows_used("udp"), 0);
	assert_int_equal(flows_used("tcp_answers"), 1);
	assert_int_equal(flows_used("udp_answers"), 1);
}

static void open_what_leads_elsewhere(void)
{
	firewall("open 80/tcp 53/udp");
}

/* The server is on the link by which the client comes in, and its answers pass the host. */
static void one_armed_port_forwards_are_answered(void **s)
{
	(void)s;
	must("ip -n %s addr add " BACKEND "/64 dev " PEER_DEVICE " nodad", world.peer);
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.forwarding=1");
	forward_ports_to(BACKEND);
	masquerade(HOST_DEVICE);
	firewall("enable " HOST_DEVICE);
	open_what_leads_elsewhere();
	tcp_is_answered(world.peer, BACKEND);
	udp_is_answered(world.peer, BACKEND);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	expect_strangers_flows();
}

static void two_armed_port_forwards_are_answered(bool masqueraded)
{
	add_second();
	be_router_of_second();
	forward_ports_to(FAR);
	if (masqueraded)
		masquerade(SECOND_DEVICE);
	open_what_leads_elsewhere();
	tcp_is_answered(second, FAR);
	udp_is_answered(second, FAR);
	assert_int_equal(dropped(HOST_DEVICE) + dropped(SECOND_DEVICE), 0);
	expect_strangers_flows();
}

static void two_armed_port_forwards_without_masquerade_are_answered(void **s)
{
	(void)s;
	two_armed_port_forwards_are_answered(false);
}

static void two_armed_port_forwards_with_masquerade_are_answered(void **s)
{
	(void)s;
	two_armed_port_forwards_are_answered(true);
}

/* ---- No longer than tracking has them ------------------------------------------------ */

static struct wire outsider, accomplice;

/* A host that masquerades whatever leaves by the second link. */
static void prepare_masquerade(void)
{
	add_second();
	be_router_of_second();
	masquerade(SECOND_DEVICE);
	firewall("open 80/tcp 80/udp");
	outsider = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	accomplice = open_wire(second, FAR_DEVICE, SECOND_DEVICE);
	watch_stack(second, FAR_DEVICE);
	watch_stack(world.host, SECOND_DEVICE);
	/* The stacks of both say nothing by themselves. */
	for (int i = 0; i < 2; i++)
		must_in(i ? second : world.peer,
			"nft add table ip6 mute && nft 'add chain ip6 mute out { type filter hook "
			"output priority 0; policy drop; }' && nft add rule ip6 mute out icmpv6 "
			"type '{ 133, 134, 135, 136 }' accept");
}

struct awaited_stack {
	const char *netns;
	uint64_t n;
};

static bool has_reached(void *context)
{
	const struct awaited_stack *awaited = context;

	return reached_stack(awaited->netns) >= awaited->n;
}

static void wait_for_stack(const char *netns, uint64_t n)
{
	struct awaited_stack awaited = { netns, n };

	wait_until(has_reached, &awaited, "the packets got through the host");
}

/* From an outsider's address and port, or whosever, to the accomplice. */
static void begin_from(const char *source, uint16_t port, uint8_t protocol)
{
	struct crafted packet =
		protocol == IPPROTO_TCP ? crafted_tcp(port, 80, SYN) : crafted_udp(port, 80);
	uint64_t before = reached_stack(second);

	set_source(&packet, source);
	set_destination(&packet, FAR);
	put(&outsider, &packet, 1);
	wait_for_stack(second, before + 1);
}

/* Returns whether the answer to the host's own address got by the firewall. */
static bool answers(uint16_t port, uint8_t protocol, uint8_t flags)
{
	uint64_t drops = dropped(SECOND_DEVICE), reached = reached_stack(world.host);
	struct crafted packet =
		protocol == IPPROTO_TCP ? crafted_tcp(80, port, flags) : crafted_udp(80, port);

	set_source(&packet, FAR);
	set_destination(&packet, SECOND_ADDRESS);
	put(&accomplice, &packet, 1);
	while (dropped(SECOND_DEVICE) == drops && reached_stack(world.host) == reached)
		;
	return reached_stack(world.host) > reached;
}

static void an_expired_translation_opens_nothing(void **s)
{
	static const uint8_t flags[] = { SYN, SYN | ACK, ACK, FIN | ACK, RST, 0 };
	int listener = listen_at(world.host, NULL, 22), udp = udp_at(world.host, NULL, 22);

	(void)s;
	prepare_masquerade();
	begin_from(PEER_ADDRESS, 22, IPPROTO_TCP);
	begin_from(PEER_ADDRESS, 22, IPPROTO_UDP);
	assert_true(answers(22, IPPROTO_TCP, SYN | ACK));
	assert_true(answers(22, IPPROTO_UDP, 0));
	/* Tracking takes such a SYN for invalid, and leaves it to the host's own listener. */
	assert_false(answers(22, IPPROTO_TCP, SYN));
	forget_tracking();
	for (size_t i = 0; i < sizeof(flags); i++)
		assert_false(answers(22, IPPROTO_TCP, flags[i]));
	assert_false(answers(22, IPPROTO_UDP, 0));
	assert_true(hears_nothing(listener));
	assert_true(hears_nothing(udp));
	close(listener);
	close(udp);
}

/* Tracking has a conversation again, which somebody else began in the name of others. */
static void a_translation_passes_to_who_began_it_alone(void **s)
{
	static const char *const forged[] = { SECOND_ADDRESS, HOST_ADDRESS, INNER_ADDRESS };
	int udp = udp_at(world.host, NULL, 7000);

	(void)s;
	route_inner();
	prepare_masquerade();
	for (int i = 0; i < 3; i++) {
		begin_from(PEER_ADDRESS, 7000, IPPROTO_UDP);
		assert_true(answers(7000, IPPROTO_UDP, 0));
		forget_tracking();
		begin_from(forged[i], 7000, IPPROTO_UDP);
		assert_false(answers(7000, IPPROTO_UDP, 0));
		forget_tracking();
	}
	assert_true(hears_nothing(udp));
	close(udp);
}

/* The source is this host's, of a machine behind it, or of the other link. */
static void a_forged_beginning_is_not_learned(void **s)
{
	static const char *const forged[] = { SECOND_ADDRESS, HOST_ADDRESS, INNER_ADDRESS,
					      "2001:db8:2::9" };

	(void)s;
	route_inner();
	prepare_masquerade();
	for (size_t i = 0; i < sizeof(forged) / sizeof(*forged); i++) {
		begin_from(forged[i], 7000 + i, IPPROTO_TCP);
		begin_from(forged[i], 7000 + i, IPPROTO_UDP);
		assert_false(answers(7000 + i, IPPROTO_TCP, SYN | ACK));
		assert_false(answers(7000 + i, IPPROTO_UDP, 0));
	}
	assert_int_equal(flows_used("tcp") + flows_used("udp"), 0);
	assert_int_equal(flows_used("tcp_answers") + flows_used("udp_answers"), 0);
	assert_int_equal(stamps(), 0);
}

static int close_wires(void **s)
{
	if (outsider.fd > 0)
		close_wire(&outsider);
	if (accomplice.fd > 0)
		close_wire(&accomplice);
	outsider = accomplice = (struct wire){};
	return scene_teardown(s);
}

#define wired(function) cmocka_unit_test_setup_teardown(function, scene_setup, close_wires)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(one_armed_port_forwards_are_answered),
		scene(two_armed_port_forwards_without_masquerade_are_answered),
		scene(two_armed_port_forwards_with_masquerade_are_answered),
		wired(an_expired_translation_opens_nothing),
		wired(a_translation_passes_to_who_began_it_alone),
		wired(a_forged_beginning_is_not_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
