// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the firewall does to real traffic. */
#include <fcntl.h>
#include <net/if.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "connections.h"
#include "modes.h"
#include "sockets.h"
#include "tun.h"

/* ---- Ports ----------------------------------------------------------------- */

static void without_firewall_everything_arrives(void **s)
{
	int listener = host_listen(8080), udp = host_udp(8080), client, server;

	(void)s;
	client = peer_connect(8080);
	server = wait_for_accept(listener);
	peer_send(8080, "hello");
	wait_for_datagram(udp, "hello");
	close(client);
	close(server);
	close(listener);
	close(udp);
}

static void a_closed_tcp_port_gets_no_packet(void **s)
{
	int listener = host_listen(8080), other = host_listen(8081), client, marker, server;

	(void)s;
	set_global(8081, TCP, true);
	enable(HOST_DEVICE);
	client = peer_connect(8080);
	wait_for_packets(HOST_DEVICE, "closed-tcp", 1);
	marker = peer_connect(8081);
	server = wait_for_accept(other);
	assert_true(nothing_arrived(listener));
	close(client);
	close(marker);
	close(server);
	close(listener);
	close(other);
}

static void a_closed_udp_port_gets_no_packet(void **s)
{
	int closed = host_udp(5000), open = host_udp(5001);

	(void)s;
	set_global(5001, UDP, true);
	enable(HOST_DEVICE);
	peer_send(5000, "blocked");
	peer_send(5001, "marker"); /* behind it, on the same wire */
	wait_for_datagram(open, "marker");
	assert_true(nothing_arrived(closed));
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 1);
	assert_int_equal(packets(HOST_DEVICE, "open-global"), 1);
	close(closed);
	close(open);
}

static void opening_and_closing_takes_effect_at_once(void **s)
{
	int udp = host_udp(5000), marker = host_udp(5001);

	(void)s;
	set_global(5001, UDP, true);
	enable(HOST_DEVICE);
	for (int i = 0; i < 10; i++) {
		set_global(5000, UDP, true);
		peer_send(5000, "now");
		wait_for_datagram(udp, "now");
		set_global(5000, UDP, false);
		peer_send(5000, "never");
		peer_send(5001, "marker");
		wait_for_datagram(marker, "marker");
		assert_true(nothing_arrived(udp));
	}
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 10);
	close(udp);
	close(marker);
}

static void a_tcp_session_runs_through_an_open_port(void **s)
{
	char bytes[100000], got[100000];
	size_t sent = 0, received = 0;
	int listener = host_listen(8080), client, server;

	(void)s;
	memset(bytes, 'n', sizeof(bytes));
	set_global(8080, TCP, true);
	enable(HOST_DEVICE);
	client = peer_connect(8080);
	server = wait_for_accept(listener);
	while (received < sizeof(bytes)) {
		ssize_t n = write(client, bytes + sent, sizeof(bytes) - sent);

		sent += n > 0 ? n : 0;
		n = read(server, got + received, sizeof(got) - received);
		received += n > 0 ? n : 0;
	}
	assert_memory_equal(bytes, got, sizeof(bytes));
	close(client);
	close(server);
	close(listener);
}

/* ---- What has no port ------------------------------------------------------ */

static void echo_requests_and_neighbour_discovery_pass(void **s)
{
	(void)s;
	enable(HOST_DEVICE);
	must("ip -n %s neigh flush dev " PEER_DEVICE, world.peer);
	enter_peer();
	must("ping -6 -c 1 -W 10 " HOST_ADDRESS);
	enter_host();
	assert_true(packets(HOST_DEVICE, "other-protocol") >= 1);
}

static void ipv4_is_not_our_business(void **s)
{
	(void)s;
	must("ip -n %s addr add 192.0.2.1/24 dev " HOST_DEVICE, world.host);
	must("ip -n %s addr add 192.0.2.2/24 dev " PEER_DEVICE, world.peer);
	enable(HOST_DEVICE);
	enter_peer();
	must("ping -4 -c 1 -W 10 192.0.2.1");
	enter_host();
	assert_true(packets(HOST_DEVICE, "not-ipv6") >= 2); /* ARP, too */
	must("ip -n %s addr del 192.0.2.1/24 dev " HOST_DEVICE, world.host);
	must("ip -n %s addr del 192.0.2.2/24 dev " PEER_DEVICE, world.peer);
}

/* ---- Sizes --------------------------------------------------------------- */

static void jumbo_frames_pass_and_are_dropped(void **s)
{
	int closed = host_udp(5000), open = host_udp(5001);
	char big[1900];

	(void)s;
	must("ip -n %s link set " HOST_DEVICE " mtu 9000", world.host);
	must("ip -n %s link set " PEER_DEVICE " mtu 9000", world.peer);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	set_global(5001, UDP, true);
	enable(HOST_DEVICE);
	peer_send(5000, big);
	peer_send(5001, big);
	wait_for_datagram(open, big);
	assert_true(nothing_arrived(closed));
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 1);
	close(closed);
	close(open);
	must("%s disable " HOST_DEVICE, netfwv6());
	must("ip -n %s link set " HOST_DEVICE " mtu 1500", world.host);
	must("ip -n %s link set " PEER_DEVICE " mtu 1500", world.peer);
}

static void large_datagrams_arrive_in_fragments(void **s)
{
	int closed = host_udp(5000), open = host_udp(5001);
	char big[2000];

	(void)s;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	set_global(5001, UDP, true);
	enable(HOST_DEVICE);
	peer_send(5000, big);
	peer_send(5001, big);
	wait_for_datagram(open, big);
	assert_true(nothing_arrived(closed));
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 1);
	assert_int_equal(packets(HOST_DEVICE, "later-fragment"), 2);
	close(closed);
	close(open);
}

/* ---- Devices without Ethernet header --------------------------------------- */

static void a_device_without_ethernet_header_is_filtered(void **s)
{
	int closed = host_udp(5000), open = host_udp(5001), tun = make_tun("tun0");

	(void)s;
	write_udp(tun, 5000, "before");
	wait_for_datagram(closed, "before");
	set_global(5001, UDP, true);
	enable("tun0");
	assert_int_equal(status_of("tun0").mode, world.mode);
	write_udp(tun, 5000, "closed");
	write_udp(tun, 5001, "marker");
	wait_for_datagram(open, "marker");
	assert_true(nothing_arrived(closed));
	assert_int_equal(packets("tun0", "closed-udp"), 1);
	must("%s disable tun0", netfwv6());
	close(tun);
	close(closed);
	close(open);
}

static void other_devices_are_not_filtered(void **s)
{
	int udp = host_udp(5000), tun = make_tun("tun1");

	(void)s;
	enable("tun1");
	peer_send(5000, "elsewhere");
	wait_for_datagram(udp, "elsewhere");
	must("%s disable tun1", netfwv6());
	close(tun);
	close(udp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(without_firewall_everything_arrives),
		test_in_modes(a_closed_tcp_port_gets_no_packet),
		test_in_modes(a_closed_udp_port_gets_no_packet),
		test_in_modes(opening_and_closing_takes_effect_at_once),
		test_in_modes(a_tcp_session_runs_through_an_open_port),
		test_in_modes(echo_requests_and_neighbour_discovery_pass),
		test_in_modes(ipv4_is_not_our_business),
		test_in_modes(jumbo_frames_pass_and_are_dropped),
		test_in_modes(large_datagrams_arrive_in_fragments),
		test_without_driver(a_device_without_ethernet_header_is_filtered),
		test(other_devices_are_not_filtered),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
