// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is not TCP or UDP, and must work for them to work: ICMPv6, and the loopback. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "behind.h"
#include "scene.h"
#include "talk.h"

/* ---- Errors -------------------------------------------------------------------- */

#define FAR_ADDRESS "2001:db8:2::3"
static const char *far;

/* Beyond the peer, which is a router now, over a hop that takes 1300 bytes at once. */
static void make_narrow_hop(void)
{
	far = make_namespace("far");
	make_link((struct end){ world.peer, "far0", "2001:db8:2::1/64" },
		  (struct end){ far, "far1", FAR_ADDRESS "/64" });
	must("ip -n %s addr add fe80::1:3/64 dev far0 nodad", world.peer);
	must("ip -n %s link set far0 mtu 1300 && ip -n %s link set far1 mtu 1300", world.peer, far);
	must_in(world.peer, "sysctl -qw net.ipv6.conf.all.forwarding=1");
	must("ip -n %s route add default via " PEER_ADDRESS, world.host);
	/* What far says of its own link must not give the narrow hop away. */
	must("ip -n %s route add default via 2001:db8:2::1 advmss 1440", far);
}

static void pour(int from, int to)
{
	static char bytes[200000];
	size_t sent = 0, received = 0;
	static char got[65536];

	while (received < sizeof(bytes)) {
		ssize_t n = send(from, bytes + sent, sizeof(bytes) - sent, MSG_NOSIGNAL);

		sent += n > 0 ? n : 0;
		n = read(to, got, sizeof(got));
		assert_true(n != 0 && (n > 0 || errno == EAGAIN));
		received += n > 0 ? n : 0;
	}
}

static void a_session_over_a_narrow_hop_finds_its_mtu(void **s)
{
	struct session session;

	(void)s;
	make_narrow_hop();
	firewall("enable " HOST_DEVICE);
	session = begin_session(world.host, far, FAR_ADDRESS, 80);
	pour(session.this, session.that);
	pour(session.that, session.this);
	must_in(world.host, "ip -6 route get " FAR_ADDRESS " | grep 'mtu 1300'");
	end_session(&session);
}

static void a_datagram_over_a_narrow_hop_finds_its_mtu(void **s)
{
	static char text[1401];
	int client, server;

	(void)s;
	memset(text, 'x', sizeof(text) - 1);
	make_narrow_hop();
	client = udp_at(world.host, NULL, 0);
	server = udp_at(far, NULL, 53);
	firewall("enable " HOST_DEVICE);
	say_to(client, FAR_ADDRESS, 53, text); /* too big: it gets an answer, and no further */
	wait_for_packets(HOST_DEVICE, "other-protocol", 1);
	wait_in(world.host, "ip -6 route get " FAR_ADDRESS " | grep 'mtu 1300'");
	say_to(client, FAR_ADDRESS, 53, text);
	hear(server, text);
	close(client);
	close(server);
}

static void an_inner_session_over_a_narrow_hop_finds_its_mtu(void **s)
{
	struct session session;

	(void)s;
	make_narrow_hop();
	route_inner();
	know_the_way_back();
	firewall("enable " HOST_DEVICE);
	session = begin_session(inner, far, FAR_ADDRESS, 80);
	pour(session.this, session.that);
	must_in(inner, "ip -6 route get " FAR_ADDRESS " | grep 'mtu 1300'");
	end_session(&session);
}

static bool was_refused(void *fd)
{
	char byte;

	return recv(*(int *)fd, &byte, sizeof(byte), 0) < 0 && errno == ECONNREFUSED;
}

static void a_datagram_to_nobody_is_refused(void **s)
{
	int client = udp_at(world.host, NULL, 0);

	(void)s;
	firewall("enable " HOST_DEVICE);
	connect_to(client, PEER_ADDRESS, 54);
	say(client, "anybody?");
	wait_until(was_refused, &client, "the error arrived");
	close(client);
}

/* ---- The link ------------------------------------------------------------------- */

static void forget_neighbours(void)
{
	must("ip -n %s neigh flush all && ip -n %s neigh flush all", world.host, world.peer);
}

static void neighbours_are_found_from_a_cold_cache(void **s)
{
	struct session session;

	(void)s;
	firewall("enable " HOST_DEVICE);
	firewall("open 8080/tcp");
	forget_neighbours();
	session = begin_session(world.host, world.peer, PEER_ADDRESS, 80);
	forget_neighbours();
	speak_in_turn(session.that, session.this);
	end_session(&session);
	forget_neighbours();
	session = begin_session(world.peer, world.host, HOST_ADDRESS, 8080);
	forget_neighbours();
	speak_in_turn(session.this, session.that);
	end_session(&session);
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

static void a_duplicate_address_is_detected(void **s)
{
	(void)s;
	must_in(world.host, "sysctl -qw net.ipv6.neigh." HOST_DEVICE ".retrans_time_ms=100");
	firewall("enable " HOST_DEVICE);
	must("ip addr add " PEER_ADDRESS "/64 dev " HOST_DEVICE
	     " && ip addr add 2001:db8::77/64 dev " HOST_DEVICE);
	wait_in(world.host,
		"ip addr show dev " HOST_DEVICE " | grep ' " PEER_ADDRESS "/' | grep -q dadfailed");
	wait_in(world.host,
		"! ip addr show dev " HOST_DEVICE " | grep ' 2001:db8::77/' | grep -q tentative");
	assert_int_equal(run("ip addr show dev " HOST_DEVICE " | grep ' 2001:db8::77/' | grep -q "
			     "dadfailed")
				 ->status,
			 1);
}

/* An ICMPv6 socket on the peer's end of the link. */
static int icmp_at_peer(int hops)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };
	int fd;

	enter_namespace(world.peer);
	fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
	address.sin6_scope_id = if_nametoindex(PEER_DEVICE);
	enter_host();
	assert_true(fd >= 0);
	inet_pton(AF_INET6, PEER_LINK_LOCAL, &address.sin6_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
	return fd;
}

static void send_to_all_nodes(int fd, const void *message, size_t size)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	inet_pton(AF_INET6, "ff02::1", &address.sin6_addr);
	assert_int_equal(sendto(fd, message, size, 0, (struct sockaddr *)&address, sizeof(address)),
			 size);
}

static void a_router_advertisement_configures_the_host(void **s)
{
	struct {
		struct nd_router_advert header;
		struct nd_opt_prefix_info prefix;
	} advertisement = {
		.header.nd_ra_type = ND_ROUTER_ADVERT,
		.header.nd_ra_router_lifetime = htons(1800),
		.prefix.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION,
		.prefix.nd_opt_pi_len = 4,
		.prefix.nd_opt_pi_prefix_len = 64,
		.prefix.nd_opt_pi_flags_reserved = ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO,
		.prefix.nd_opt_pi_valid_time = htonl(3600),
		.prefix.nd_opt_pi_preferred_time = htonl(3600),
	};
	int router = icmp_at_peer(255);

	(void)s;
	inet_pton(AF_INET6, "2001:db8:77::", &advertisement.prefix.nd_opt_pi_prefix);
	firewall("enable " HOST_DEVICE);
	send_to_all_nodes(router, &advertisement, sizeof(advertisement));
	wait_in(world.host, "ip -6 route show default | grep -q " PEER_LINK_LOCAL "");
	wait_in(world.host, "ip addr show dev " HOST_DEVICE " | grep -q 2001:db8:77:");
	close(router);
}

static bool report_arrives(void *fd)
{
	uint8_t message[256];
	ssize_t n = recv(*(int *)fd, message, sizeof(message), 0);

	return n > 0 && message[0] == MLD_LISTENER_REPORT;
}

/* Of version 1, which the host does not send unless it is asked in it. */
static void a_multicast_listener_answers_a_query(void **s)
{
	static const uint8_t router_alert[8] = { 0, 0, 5, 2, 0, 0, 1, 0 };
	const struct mld_hdr query = { .mld_type = MLD_LISTENER_QUERY };
	int router = icmp_at_peer(1), listener = udp_at(world.host, NULL, 6000);

	(void)s;
	setsockopt(router, IPPROTO_IPV6, IPV6_HOPOPTS, router_alert, sizeof(router_alert));
	join_group(router, "ff02::4321", PEER_DEVICE);
	join_group(listener, "ff02::4321", HOST_DEVICE);
	firewall("enable " HOST_DEVICE);
	send_to_all_nodes(router, &query, sizeof(query));
	wait_until(report_arrives, &router, "the host reported its group");
	close(router);
	close(listener);
}

/* ---- The loopback ---------------------------------------------------------------- */

static void talk_to_self(const char *address)
{
	struct session session = begin_session(world.host, world.host, address, 8080);
	int server = udp_at(world.host, NULL, 53), client = udp_at(world.host, NULL, 0);
	struct sockaddr_in6 from;

	speak_in_turn(session.this, session.that);
	say_to(client, address, 53, "question");
	from = hear_from(server, "question");
	answer(server, &from, "answer");
	hear(client, "answer");
	end_session(&session);
	close(client);
	close(server);
}

static void the_loopback_is_untouched(void **s)
{
	(void)s;
	firewall("enable " HOST_DEVICE);
	talk_to_self("::1");
	talk_to_self(HOST_ADDRESS);
	assert_int_equal(flows_used("udp") + flows_used("tcp"), 0);
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_session_over_a_narrow_hop_finds_its_mtu),
		scene(a_datagram_over_a_narrow_hop_finds_its_mtu),
		scene(an_inner_session_over_a_narrow_hop_finds_its_mtu),
		scene(a_datagram_to_nobody_is_refused),
		scene(neighbours_are_found_from_a_cold_cache),
		scene(a_duplicate_address_is_detected),
		scene(a_router_advertisement_configures_the_host),
		scene(a_multicast_listener_answers_a_query),
		scene(the_loopback_is_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
