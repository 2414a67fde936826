// SPDX-License-Identifier: LGPL-2.1-or-later
/* TCP of this host: what belongs to a connection passes, nothing else does. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scene.h"
#include "talk.h"
#include "wire.h"

#define TCP NETFWV6_PROTOCOL_TCP

static void a_client_on_the_host_gets_its_answers(void **s)
{
	struct session session;

	(void)s;
	firewall("enable " HOST_DEVICE);
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	speak_in_turn(session.this, session.that);
	speak_in_turn(session.that, session.this);
	assert_true(packets(HOST_DEVICE, "established") >= 3);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	assert_int_equal(flows_used("tcp"), 0); /* its socket is all that is needed */
	end_session(&session);
}

static void a_real_client_fetches_a_file(void **s)
{
	(void)s;
	firewall("enable " HOST_DEVICE);
	must("head -c 3000000 /dev/urandom > %s-file", world.state);
	/* Bounded both: a failing test leaves nobody behind. */
	must_in(world.peer,
		"timeout 20 socat -u OPEN:%s-file TCP6-LISTEN:80,reuseaddr </dev/null >/dev/null "
		"2>&1 &",
		world.state);
	wait_in(world.peer, "ss -Hltn sport = :80 | grep -q .");
	must("timeout 20 socat -u TCP6:[" PEER_ADDRESS "]:80 CREATE:%s-got && cmp %s-file %s-got",
	     world.state, world.state, world.state);
	must("rm %s-file %s-got", world.state, world.state);
	assert_int_equal(packets(HOST_DEVICE, "unmatched-tcp"), 0);
}

static void an_attempt_to_a_closed_port_never_arrives(void **s)
{
	int listener = listen_at(world.host, NULL, 8080), client = tcp_at(world.peer, NULL, 0);

	(void)s;
	firewall("enable " HOST_DEVICE);
	connect_to(client, HOST_ADDRESS, 8080);
	wait_for_packets(HOST_DEVICE, "closed-tcp", 1);
	assert_true(hears_nothing(listener));
	assert_false(in_use(8080, TCP));
	close(client);
	close(listener);
}

static const struct {
	const char *name;
	uint8_t flags;
} segments[] = {
	{ "SYN", SYN },
	{ "ACK", ACK },
	{ "FIN", FIN },
	{ "RST", RST },
	{ "SYN+ACK", SYN | ACK },
	{ "NULL", 0 },
	{ "XMAS", FIN | PSH | URG },
	{ "FIN+ACK", FIN | ACK },
	{ "RST+ACK", RST | ACK },
	{ "PSH+ACK", PSH | ACK },
	{ "all", FIN | SYN | RST | PSH | ACK | URG },
};
#define SEGMENTS (sizeof(segments) / sizeof(segments[0]))

static void every_kind_of_segment_is_dropped_at_a_listener_on_an_unused_port(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	int listener = listen_at(world.host, NULL, 8080);

	(void)s;
	watch_stack(world.host, HOST_DEVICE);
	firewall("enable " HOST_DEVICE);
	for (size_t i = 0; i < SEGMENTS; i++) {
		struct crafted segment = crafted_tcp(999, 8080, segments[i].flags);

		print_message("# %s\n", segments[i].name);
		put(&wire, &segment, 1);
		wait_for_packets(HOST_DEVICE, "closed-tcp", i + 1);
	}
	assert_int_equal(reached_stack(world.host), 0);
	assert_int_equal(packets(HOST_DEVICE, "unmatched-tcp"), 0);
	assert_false(in_use(8080, TCP));
	assert_int_equal(flows_used("tcp") + flows_used("tcp_answers"), 0);
	close(listener);
	close_wire(&wire);
}

/* The port has a listener, a connection of its own, and strangers. */
static void every_kind_of_segment_is_dropped_at_a_listener_on_a_used_port(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	int listener = listen_at(world.host, NULL, 8080);
	struct session session = { .that = tcp_at(world.peer, NULL, 0) };
	uint64_t reached;

	(void)s;
	watch_stack(world.host, HOST_DEVICE);
	firewall("enable " HOST_DEVICE);
	firewall("open 8080/tcp");
	connect_to(session.that, HOST_ADDRESS, 8080);
	session.this = accept_from(listener);
	speak_in_turn(session.this, session.that);
	firewall("close 8080/tcp");
	assert_true(in_use(8080, TCP));
	say(session.that, "quiet now");
	hear(session.this, "quiet now");
	reached = reached_stack(world.host);
	for (size_t i = 0; i < SEGMENTS; i++) {
		struct crafted segment = crafted_tcp(999, 8080, segments[i].flags);

		print_message("# %s\n", segments[i].name);
		put(&wire, &segment, 1);
		wait_for_packets(HOST_DEVICE, "unmatched-tcp", i + 1);
	}
	assert_int_equal(reached_stack(world.host), reached);
	assert_int_equal(packets(HOST_DEVICE, "closed-tcp"), 0);
	speak_in_turn(session.that, session.this);
	end_session(&session);
	close(listener);
	close_wire(&wire);
}

static void a_bare_syn_for_a_connection_that_stands_is_dropped(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct session session;
	struct crafted syn;

	(void)s;
	firewall("enable " HOST_DEVICE);
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	syn = crafted_tcp(80, port_of(session.this), SYN);
	put(&wire, &syn, 1);
	wait_for_packets(HOST_DEVICE, "unmatched-tcp", 1);
	syn.flags = SYN | PSH | URG; /* no less a SYN */
	put(&wire, &syn, 1);
	wait_for_packets(HOST_DEVICE, "unmatched-tcp", 2);
	speak_in_turn(session.that, session.this);
	end_session(&session);
	close_wire(&wire);
}

static void two_hosts_may_connect_at_the_same_time(void **s)
{
	int here = tcp_at(world.host, HOST_ADDRESS, 2001);
	int there = tcp_at(world.peer, PEER_ADDRESS, 2002);

	(void)s;
	firewall("enable " HOST_DEVICE);
	/* The peer misses our SYN, so that its own finds us in SYN_SENT. */
	must_in(world.peer, "nft add table ip6 late && nft add counter ip6 late missed && "
			    "nft 'add chain ip6 late in { type filter hook input priority 0; }' && "
			    "nft 'add rule ip6 late in tcp flags & (syn | ack) == syn counter name "
			    "missed drop'");
	connect_to(here, PEER_ADDRESS, 2002);
	wait_in(world.peer, "nft list counter ip6 late missed | grep -q 'packets 1'");
	connect_to(there, HOST_ADDRESS, 2001);
	wait_for_connection(there);
	wait_for_connection(here);
	speak_in_turn(here, there);
	speak_in_turn(there, here);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	close(here);
	close(there);
}

static bool in_time_wait(void *port)
{
	return run("ss -Htn state time-wait sport = :%u | grep -q .", *(unsigned int *)port)
		       ->status == 0;
}

static void a_connection_in_time_wait_is_answered(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	struct session session;
	struct crafted again;
	uint64_t passed;
	unsigned int port;

	(void)s;
	firewall("enable " HOST_DEVICE);
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	port = port_of(session.this);
	speak_in_turn(session.this, session.that);
	end_session(&session); /* we close first */
	wait_until(in_time_wait, &port, "our end was in TIME_WAIT");
	passed = packets(HOST_DEVICE, "established");
	again = crafted_tcp(80, port, FIN | ACK);
	put(&wire, &again, 1);
	wait_for_packets(HOST_DEVICE, "established", passed + 1);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	close_wire(&wire);
}

/* The port is closed between the SYN that it admitted and the handshake's end. */
static void a_handshake_that_has_begun_may_end(void **s)
{
	int listener = listen_at(world.host, NULL, 8080), client = tcp_at(world.peer, NULL, 0);
	int server;

	(void)s;
	firewall("enable " HOST_DEVICE);
	firewall("open 8080/tcp");
	must_in(world.peer, "nft add table ip6 lost && nft add counter ip6 lost acks && "
			    "nft 'add chain ip6 lost out { type filter hook output priority 0; }' "
			    "&& nft 'add rule ip6 lost out tcp flags == ack counter name acks "
			    "drop'");
	connect_to(client, HOST_ADDRESS, 8080);
	wait_for_connection(client);
	wait_in(world.peer, "nft list counter ip6 lost acks | grep -q 'packets 1'");
	firewall("close 8080/tcp");
	must_in(world.peer, "nft delete table ip6 lost");
	say(client, "at last");
	server = accept_from(listener);
	hear(server, "at last");
	assert_true(packets(HOST_DEVICE, "established") >= 1);
	close(client);
	close(server);
	close(listener);
}

static void after_a_connection_is_gone_its_segments_are_dropped(void **s)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	const struct linger at_once = { .l_onoff = 1 };
	struct session session;
	struct crafted late;

	(void)s;
	firewall("enable " HOST_DEVICE);
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	late = crafted_tcp(80, port_of(session.this), ACK);
	setsockopt(session.this, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(session.this); /* with a reset, so without TIME_WAIT */
	put(&wire, &late, 1);
	wait_for_packets(HOST_DEVICE, "unmatched-tcp", 1);
	close(session.that);
	close_wire(&wire);
}

static bool was_refused(void *fd)
{
	socklen_t size = sizeof(int);
	int error = 0;

	getsockopt(*(int *)fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error == ECONNREFUSED;
}

static void a_refused_connection_says_so_at_once(void **s)
{
	int client = tcp_at(world.host, NULL, 0);

	(void)s;
	firewall("enable " HOST_DEVICE);
	connect_to(client, PEER_ADDRESS, 81);
	wait_until(was_refused, &client, "the reset arrived");
	assert_int_equal(packets(HOST_DEVICE, "established"), 1);
	close(client);
}

/* A mark that was missed: the next segment buys the question, and sets it. */
static void a_missing_mark_heals_itself(void **s)
{
	struct session session;

	(void)s;
	firewall("enable " HOST_DEVICE);
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	speak_in_turn(session.this, session.that);
	set_in_use(port_of(session.this), TCP, false);
	say(session.that, "still there?");
	hear(session.this, "still there?");
	assert_true(in_use(port_of(session.this), TCP));
	assert_int_equal(packets(HOST_DEVICE, "closed-tcp"), 0);
	end_session(&session);
}

static void without_conversations_an_answer_is_an_attempt(void **s)
{
	int listener = listen_at(world.peer, NULL, 80), client = tcp_at(world.host, NULL, 0);

	(void)s;
	firewall("enable " HOST_DEVICE " --stateless");
	connect_to(client, PEER_ADDRESS, 80);
	wait_for_packets(HOST_DEVICE, "closed-tcp", 1);
	assert_false(is_connected(client));
	assert_int_equal(packets(HOST_DEVICE, "established"), 0);
	close(client);
	close(listener);
}

static void generic_mode_knows_conversations_too(void **s)
{
	struct session session;

	(void)s;
	firewall("enable " HOST_DEVICE " --mode generic");
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	speak_in_turn(session.that, session.this);
	assert_true(packets(HOST_DEVICE, "established") >= 3);
	assert_int_equal(dropped(HOST_DEVICE), 0);
	end_session(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_client_on_the_host_gets_its_answers),
		scene(a_real_client_fetches_a_file),
		scene(an_attempt_to_a_closed_port_never_arrives),
		scene(every_kind_of_segment_is_dropped_at_a_listener_on_an_unused_port),
		scene(every_kind_of_segment_is_dropped_at_a_listener_on_a_used_port),
		scene(a_bare_syn_for_a_connection_that_stands_is_dropped),
		scene(two_hosts_may_connect_at_the_same_time),
		scene(a_connection_in_time_wait_is_answered),
		scene(a_handshake_that_has_begun_may_end),
		scene(after_a_connection_is_gone_its_segments_are_dropped),
		scene(a_refused_connection_says_so_at_once),
		scene(a_missing_mark_heals_itself),
		scene(without_conversations_an_answer_is_an_attempt),
		scene(generic_mode_knows_conversations_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
