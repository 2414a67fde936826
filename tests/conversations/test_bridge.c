// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The host on its own bridge, with a port of it firewalled: its conversations are in the flow
 * table.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "behind.h"
#include "scene.h"
#include "talk.h"

static void tcp_of_the_host_works(const char *address)
{
	struct session session = begin_session(world.host, world.peer, address, 80);

	speak_in_turn(session.this, session.that);
	speak_in_turn(session.that, session.this);
	end_session(&session);
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

static void udp_of_the_host_works(const char *address, bool connected, const char *device)
{
	int server = udp_at(world.peer, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	if (device)
		assert_int_equal(
			setsockopt(client, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device)), 0);
	if (connected)
		connect_to(client, address, 53);
	say_to(client, address, 53, "question");
	from = hear_from(server, "question");
	answer(server, &from, "answer");
	hear(client, "answer");
	close(client);
	close(server);
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

static void a_host_on_a_bridge_converses_through_a_firewalled_port(void **s)
{
	(void)s;
	put_host_on_bridge();
	firewall("enable " HOST_DEVICE);
	tcp_of_the_host_works(PEER_ADDRESS);
	udp_of_the_host_works(PEER_ADDRESS, true, NULL);
	udp_of_the_host_works(PEER_ADDRESS, false, NULL);
}

static void a_host_on_a_bridge_converses_by_link_local_addresses(void **s)
{
	(void)s;
	put_host_on_bridge();
	firewall("enable " HOST_DEVICE);
	tcp_of_the_host_works(PEER_LINK_LOCAL "%br0");
	udp_of_the_host_works(PEER_LINK_LOCAL "%br0", true, NULL);
	udp_of_the_host_works(PEER_LINK_LOCAL "%br0", false, NULL);
}

static void sockets_bound_to_the_bridge_converse(void **s)
{
	struct session session = { .this = tcp_at(world.host, NULL, 0) };
	int listener = listen_at(world.peer, NULL, 80);

	(void)s;
	put_host_on_bridge();
	firewall("enable " HOST_DEVICE);
	udp_of_the_host_works(PEER_ADDRESS, true, "br0");
	udp_of_the_host_works(PEER_ADDRESS, false, "br0");
	assert_int_equal(setsockopt(session.this, SOL_SOCKET, SO_BINDTODEVICE, "br0", 3), 0);
	connect_to(session.this, PEER_ADDRESS, 80);
	session.that = accept_from(listener);
	wait_for_connection(session.this);
	speak_in_turn(session.that, session.this);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
	close(listener);
}

static void sockets_bound_to_the_device_converse(void **s)
{
	struct session session = { .this = tcp_at(world.host, NULL, 0) };
	int listener = listen_at(world.peer, NULL, 81);

	(void)s;
	firewall("enable " HOST_DEVICE);
	udp_of_the_host_works(PEER_ADDRESS, true, HOST_DEVICE);
	udp_of_the_host_works(PEER_LINK_LOCAL "%" HOST_DEVICE, false, HOST_DEVICE);
	udp_of_the_host_works(PEER_LINK_LOCAL "%" HOST_DEVICE, true, NULL);
	tcp_of_the_host_works(PEER_LINK_LOCAL "%" HOST_DEVICE);
	assert_int_equal(setsockopt(session.this, SOL_SOCKET, SO_BINDTODEVICE, HOST_DEVICE, 3), 0);
	connect_to(session.this, PEER_ADDRESS, 81);
	session.that = accept_from(listener);
	wait_for_connection(session.this);
	speak_in_turn(session.that, session.this);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
	close(listener);
}

/* The same with a bridge in a session that the remote began, while its port was open. */
static void a_session_accepted_on_a_bridge_outlives_its_port(void **s)
{
	struct session session = { .that = tcp_at(world.peer, NULL, 0) };
	int listener;

	(void)s;
	put_host_on_bridge();
	listener = listen_at(world.host, NULL, 8080);
	assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_BINDTODEVICE, "br0", 3), 0);
	firewall("enable " HOST_DEVICE);
	firewall("open 8080/tcp");
	connect_to(session.that, HOST_ADDRESS, 8080);
	session.this = accept_from(listener);
	speak_in_turn(session.that, session.this);
	firewall("close 8080/tcp");
	let_pass(3600);
	speak_in_turn(session.that, session.this);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_host_on_a_bridge_converses_through_a_firewalled_port),
		scene(a_host_on_a_bridge_converses_by_link_local_addresses),
		scene(sockets_bound_to_the_bridge_converse),
		scene(sockets_bound_to_the_device_converse),
		scene(a_session_accepted_on_a_bridge_outlives_its_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
