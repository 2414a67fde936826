// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Machines behind the host whose packets come by odd ways: policy routing, and a container that
 * forwards for others, in a network namespace that counts its devices by itself.
 */
#include <net/if.h>
#include <unistd.h>

#include "behind.h"
#include "scene.h"
#include "talk.h"

#define FAR "2001:db8:f::1"
#define NESTED "2001:db8:9::2"

static void tcp_and_udp_work(const char *netns, const char *server_address)
{
	int server = udp_at(world.peer, server_address, 53), client = udp_at(netns, NULL, 0);
	struct session session = begin_session(netns, world.peer, server_address, 80);
	struct sockaddr_in6 from;

	speak_in_turn(session.this, session.that);
	let_pass(3600);
	speak_in_turn(session.that, session.this);
	end_session(&session);
	say_to(client, server_address, 53, "question");
	from = hear_from(server, "question");
	answer(server, &from, "answer");
	hear(client, "answer");
	close(client);
	close(server);
	assert_int_equal(flows_used("tcp"), 1);
	assert_int_equal(flows_used("udp"), 1);
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

/* ---- Policy routing -------------------------------------------------------------------- */

/* Without the rule, what goes to FAR would be sent back to the machine behind the host. */
static void prepare_policy(const char *rule)
{
	route_inner();
	know_the_way_back();
	must("ip -n %s addr add " FAR "/128 dev lo", world.peer);
	must("ip -n %s -6 route add 2001:db8:f::/64 via " INNER_ADDRESS " dev in0", world.host);
	must("ip -n %s -6 route add 2001:db8:f::/64 via " PEER_ADDRESS " dev " HOST_DEVICE
	     " table 100",
	     world.host);
	must("ip -n %s -6 rule add %s lookup 100", world.host, rule);
	firewall("enable " HOST_DEVICE);
}

/* Marks what comes in by a device, before it is routed. */
static void mark_what_comes_by(const char *device)
{
	must_in(world.host,
		"nft add table ip6 marks && nft 'add chain ip6 marks early { type filter hook "
		"prerouting priority -150; }' && nft add rule ip6 marks early %s meta mark set 1",
		device);
}

static void a_machine_that_is_routed_by_mark_converses(void **s)
{
	(void)s;
	prepare_policy("fwmark 1");
	mark_what_comes_by("iif in0");
	tcp_and_udp_work(inner, FAR);
}

static void a_machine_that_is_routed_by_port_converses(void **s)
{
	(void)s;
	prepare_policy("ipproto tcp dport 80");
	must("ip -n %s -6 rule add ipproto udp dport 53 lookup 100", world.host);
	tcp_and_udp_work(inner, FAR);
}

/* Before Linux 6.10 a program cannot ask for the way that a mark decides. */
static bool can_ask_by_mark(void)
{
	return run("uname -r | awk -F. '{ exit !($1 > 6 || ($1 == 6 && $2 >= 10)) }'")->status == 0;
}

/* The way back to it is in a table that is asked for what has a mark, as answers have. */
static void a_machine_that_answers_reach_by_mark_alone_converses(void **s)
{
	(void)s;
	if (!can_ask_by_mark())
		skip();
	route_inner();
	know_the_way_back();
	must("ip -n %s -6 route del 2001:db8:1::/64 dev in0", world.host);
	must("ip -n %s -6 route add 2001:db8:1::/64 dev in0 table 100", world.host);
	must("ip -n %s -6 rule add fwmark 1 lookup 100", world.host);
	mark_what_comes_by("");
	firewall("enable " HOST_DEVICE);
	tcp_and_udp_work(inner, PEER_ADDRESS);
}

/* ---- Containers that forward ------------------------------------------------------------- */

/*
 * A container with a macvlan child of the firewalled device, and a nested one behind it, by a
 * device with that one's number.
 */
static const char *nest_a_container(void)
{
	const char *nested;
	unsigned int number;

	inner = make_namespace("inner");
	nested = make_namespace("nested");
	number = if_nametoindex(HOST_DEVICE);
	must("ip -n %s link add nx0 index %u type veth peer name nx1 netns %s", inner, number,
	     nested);
	must("ip -n %s link add mv0 link " HOST_DEVICE " netns %s type macvlan mode bridge",
	     world.host, inner);
	must("ip -n %s addr add 2001:db8::3/64 dev mv0 nodad && ip -n %s link set mv0 up", inner,
	     inner);
	must("ip -n %s addr add 2001:db8:9::1/64 dev nx0 nodad && ip -n %s link set nx0 up", inner,
	     inner);
	must("ip -n %s addr add " NESTED "/64 dev nx1 nodad && ip -n %s link set nx1 up", nested,
	     nested);
	must("ip -n %s addr add fe80::9:1/64 dev nx0 nodad", inner);
	must("ip -n %s addr add fe80::9:2/64 dev mv0 nodad", inner);
	must("ip -n %s route add default via 2001:db8:9::1", nested);
	must("ip -n %s route add 2001:db8:9::/64 via 2001:db8::3", world.peer);
	must_in(inner, "sysctl -qw net.ipv6.conf.all.forwarding=1");
	settle(inner, "mv0");
	settle(inner, "nx0");
	settle(nested, "nx1");
	return nested;
}

static void a_container_behind_a_macvlan_converses(void **s)
{
	const char *nested = nest_a_container();

	(void)s;
	firewall("enable " HOST_DEVICE);
	tcp_and_udp_work(nested, PEER_ADDRESS);
}

/* The host has a neighbour there, so that it knows which frames are its own. */
static void it_converses_though_the_host_forwards_too(void **s)
{
	const char *nested = nest_a_container();

	(void)s;
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.forwarding=1");
	wait_in(world.host, "ping -c 1 -W 1 " PEER_ADDRESS);
	firewall("enable " HOST_DEVICE);
	tcp_and_udp_work(nested, PEER_ADDRESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_machine_that_is_routed_by_mark_converses),
		scene(a_machine_that_is_routed_by_port_converses),
		scene(a_machine_that_answers_reach_by_mark_alone_converses),
		scene(a_container_behind_a_macvlan_converses),
		scene(it_converses_though_the_host_forwards_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
