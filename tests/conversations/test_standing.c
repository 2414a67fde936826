// SPDX-License-Identifier: LGPL-2.1-or-later
/* Sessions that stand when the firewall comes, goes, or closes their port: they live on. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "behind.h"
#include "scene.h"
#include "talk.h"
#include "uppers.h"
#include "wire.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP

static struct session begun_here(uint16_t port)
{
	return begin_session(world.host, world.peer, PEER_ADDRESS, port);
}

/* "this" is the host's end in any case. */
static struct session begun_there(uint16_t port)
{
	struct session session = begin_session(world.peer, world.host, HOST_ADDRESS, port);

	return (struct session){ .this = session.that, .that = session.this };
}

static void a_session_begun_here_before_lives_on(void **s)
{
	struct session session = begun_here(80);

	(void)s;
	firewall("enable " HOST_DEVICE);
	assert_true(in_use(port_of(session.this), TCP)); /* before anything was said */
	speak_in_turn(session.that, session.this);
	assert_true(packets(HOST_DEVICE, "established") >= 2);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

static void a_session_begun_there_before_lives_on(void **s)
{
	struct session session = begun_there(8080);

	(void)s;
	firewall("enable " HOST_DEVICE);
	assert_true(in_use(8080, TCP));
	speak_in_turn(session.that, session.this);
	assert_true(packets(HOST_DEVICE, "established") >= 2);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

static void a_connected_socket_before_is_answered(void **s)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	(void)s;
	connect_to(client, PEER_ADDRESS, 53);
	say(client, "question");
	from = hear_from(server, "question");
	firewall("enable " HOST_DEVICE);
	assert_true(in_use(port_of(client), UDP));
	answer(server, &from, "answer");
	hear(client, "answer");
	assert_int_equal(packets(HOST_DEVICE, "udp-reply"), 1);
	close(client);
	close(server);
}

/* ---- Bound to what lies above the device ------------------------------------------------ */

static void bind_to(int fd, const char *device)
{
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device)), 0);
}

static struct session begun_bound(const char *address, uint16_t port, const char *device)
{
	int listener = listen_at(world.peer, NULL, port);
	struct session session = { .this = tcp_at(world.host, NULL, 0) };

	bind_to(session.this, device);
	connect_to(session.this, address, port);
	session.that = accept_from(listener);
	wait_for_connection(session.this);
	close(listener);
	return session;
}

/* The remote end of each speaks first. */
static void sessions_above_live_on(const char *device)
{
	char link_local[64];
	struct session sessions[2];
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	snprintf(link_local, sizeof(link_local), PEER_LINK_LOCAL "%%%s", device);
	sessions[0] = begun_bound(PEER_ADDRESS, 80, device);
	sessions[1] = begin_session(world.host, world.peer, link_local, 81);
	bind_to(client, device);
	connect_to(client, PEER_ADDRESS, 53);
	say(client, "question");
	from = hear_from(server, "question");
	firewall("enable " HOST_DEVICE);
	answer(server, &from, "answer");
	hear(client, "answer");
	for (int i = 0; i < 2; i++) {
		let_pass(3600);
		speak_in_turn(sessions[i].that, sessions[i].this);
		end_session(&sessions[i]);
	}
	assert_int_equal(dropped(HOST_DEVICE), 0);
	close(client);
	close(server);
}

static void sessions_bound_to_a_bridge_live_on(void **s)
{
	(void)s;
	put_host_on_bridge();
	sessions_above_live_on("br0");
}

static void sessions_bound_to_a_macvlan_live_on(void **s)
{
	(void)s;
	assert_true(make_upper(&uppers[2]));
	sessions_above_live_on("mv0");
}

static void a_session_bound_to_a_vrf_lives_on(void **s)
{
	struct session session;

	(void)s;
	if (run("ip -n %s link add vr0 type vrf table 10", world.host)->status)
		skip();
	must("ip -n %s link set vr0 up", world.host);
	must("ip -n %s link set " HOST_DEVICE " master vr0", world.host);
	must("ip -n %s addr replace " HOST_ADDRESS "/64 dev " HOST_DEVICE " nodad", world.host);
	session = begun_bound(PEER_ADDRESS, 80, "vr0");
	firewall("enable " HOST_DEVICE);
	speak_in_turn(session.that, session.this);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

/* Who only listens has asked nobody. */
static void listeners_and_idle_sockets_are_not_in_use(void **s)
{
	int listener = listen_at(world.host, NULL, 8080), udp = udp_at(world.host, NULL, 5000);

	(void)s;
	firewall("enable " HOST_DEVICE);
	assert_false(in_use(8080, TCP));
	assert_false(in_use(5000, UDP));
	close(listener);
	close(udp);
}

static void a_session_over_link_local_addresses_before_lives_on(void **s)
{
	struct session session =
		begin_session(world.host, world.peer, PEER_LINK_LOCAL "%" HOST_DEVICE, 80);

	(void)s;
	firewall("enable " HOST_DEVICE);
	speak_in_turn(session.that, session.this);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

static void the_port_of_a_session_can_be_closed(void **s)
{
	int listener = listen_at(world.host, NULL, 8080), late = tcp_at(world.peer, NULL, 0);
	struct session session = { .that = tcp_at(world.peer, NULL, 0) };

	(void)s;
	firewall("open 8080/tcp");
	firewall("enable " HOST_DEVICE);
	connect_to(session.that, HOST_ADDRESS, 8080);
	session.this = accept_from(listener);
	firewall("close 8080/tcp");
	speak_in_turn(session.that, session.this);
	speak_in_turn(session.this, session.that);
	connect_to(late, HOST_ADDRESS, 8080);
	wait_for_packets(HOST_DEVICE, "unmatched-tcp", 1);
	assert_true(hears_nothing(listener));
	end_session(&session);
	close(late);
	close(listener);
}

/* The host says nothing at all between: the first segment there is, is its answer. */
static void the_port_of_a_session_can_be_closed_before_its_first_word(void **s)
{
	struct session session;

	(void)s;
	session = begun_there(8080);
	firewall("open 8080/tcp");
	firewall("enable " HOST_DEVICE);
	firewall("close 8080/tcp");
	speak_in_turn(session.that, session.this);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

static void the_firewall_may_go_and_come_back(void **s)
{
	struct session sessions[3];

	(void)s;
	firewall("enable " HOST_DEVICE);
	sessions[0] = begun_here(80);
	firewall("disable " HOST_DEVICE);
	sessions[1] = begun_here(81);
	sessions[2] = begun_there(8080);
	firewall("enable " HOST_DEVICE);
	for (int i = 0; i < 3; i++)
		speak_in_turn(sessions[i].that, sessions[i].this);
	firewall("disable " HOST_DEVICE);
	firewall("enable " HOST_DEVICE);
	for (int i = 0; i < 3; i++) {
		speak_in_turn(sessions[i].that, sessions[i].this);
		end_session(&sessions[i]);
	}
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

/* While the state stays, for another device or an open port, marks may be old. */
static void the_firewall_may_go_and_come_back_while_the_state_stays(void **s)
{
	struct session before, between;

	(void)s;
	firewall("open 443/tcp");
	firewall("enable " HOST_DEVICE);
	before = begun_here(80);
	firewall("disable " HOST_DEVICE);
	between = begun_here(81);
	firewall("enable " HOST_DEVICE);
	speak_in_turn(before.that, before.this);
	speak_in_turn(between.that, between.this);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&before);
	end_session(&between);
}

static void replacing_the_program_cuts_no_session(void **s)
{
	struct session session;

	(void)s;
	firewall("enable " HOST_DEVICE);
	session = begun_here(80);
	for (int i = 0; i < 3; i++) {
		firewall("enable " HOST_DEVICE);
		speak_in_turn(session.that, session.this);
	}
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

/* Not this namespace's own: it resumes when the inner side speaks. */
static void a_session_behind_the_host_resumes_from_inside(void **s)
{
	struct session session;

	(void)s;
	route_inner();
	know_the_way_back();
	session = begin_session(inner, world.peer, PEER_ADDRESS, 80);
	firewall("enable " HOST_DEVICE);
	say(session.this, "hello");
	hear(session.that, "hello");
	speak_in_turn(session.that, session.this);
	assert_int_equal(flows_used("tcp") + flows_used("tcp_answers"), 1);
	end_session(&session);
}

/* TIME_WAIT is no listener either: the mark is there for a late FIN. */
static bool in_time_wait(void *port)
{
	return run("ss -Htn state time-wait sport = :%u | grep -q .", *(unsigned int *)port)
		       ->status == 0;
}

static void a_session_that_has_just_ended_is_seeded_too(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct session session = begun_here(80);
	unsigned int port = port_of(session.this);
	struct crafted fin = crafted_tcp(80, port, FIN | ACK);

	(void)s;
	end_session(&session);
	wait_until(in_time_wait, &port, "our end was in TIME_WAIT");
	firewall("enable " HOST_DEVICE);
	assert_true(in_use(port, TCP));
	put(&wire, &fin, 1);
	wait_for_packets(HOST_DEVICE, "established", 1);
	close_wire(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_session_begun_here_before_lives_on),
		scene(a_session_begun_there_before_lives_on),
		scene(a_connected_socket_before_is_answered),
		scene(sessions_bound_to_a_bridge_live_on),
		scene(sessions_bound_to_a_macvlan_live_on),
		scene(a_session_bound_to_a_vrf_lives_on),
		scene(listeners_and_idle_sockets_are_not_in_use),
		scene(a_session_over_link_local_addresses_before_lives_on),
		scene(the_port_of_a_session_can_be_closed),
		scene(the_port_of_a_session_can_be_closed_before_its_first_word),
		scene(the_firewall_may_go_and_come_back),
		scene(the_firewall_may_go_and_come_back_while_the_state_stays),
		scene(replacing_the_program_cuts_no_session),
		scene(a_session_behind_the_host_resumes_from_inside),
		scene(a_session_that_has_just_ended_is_seeded_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
