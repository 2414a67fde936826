// SPDX-License-Identifier: LGPL-2.1-or-later
#include "wire.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connections.h"
#include "sockets.h"

#define STRANGER "2001:db8::"
#define GROUP "ff02::1"

const uint8_t protocols[2] = { IPPROTO_UDP, IPPROTO_TCP };

static int wire, sockets[2], marker; /* sockets: the target's */

uint32_t next_id(void)
{
	static uint32_t last;

	return ++last;
}

static void send_frame(const struct frame *frame)
{
	assert_int_equal(send(wire, frame->bytes, frame->length, 0), frame->length);
}

void send_burst(const struct burst *burst)
{
	for (size_t i = 0; i < burst->n; i++)
		send_frame(&burst->frames[i]);
}

/* The id of what a socket got, or 0. */
static uint32_t receive_from(int fd, bool tcp)
{
	const struct linger reset = { .l_onoff = 1 };
	uint32_t id = 0;
	int from = tcp ? accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) : fd;

	if (from < 0)
		return 0;
	if (recv(from, &id, sizeof(id), 0) != sizeof(id))
		id = tcp ? UINT32_MAX : 0;
	if (tcp) {
		setsockopt(from, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(from);
	}
	return id;
}

uint32_t receive(size_t protocol)
{
	return receive_from(sockets[protocol], protocols[protocol] == IPPROTO_TCP);
}

static bool marker_arrived(void *id)
{
	uint32_t got;

	while ((got = receive_from(marker, false)))
		if (got == *(uint32_t *)id)
			return true;
	return false;
}

void wait_for_wire(void)
{
	static const struct row plain;
	const struct address to = { IPPROTO_UDP, MARKER, next_id() };
	static struct burst burst;

	build(&burst, &plain, &to);
	send_burst(&burst);
	wait_until(marker_arrived, (void *)&to.id, "the marker arrived");
}

static void take_address(const char *text, struct in6_addr *address)
{
	assert_int_equal(inet_pton(AF_INET6, text, address), 1);
}

static void take_mac(int fd, const char *device, uint8_t mac[6])
{
	struct ifreq request = {};

	strcpy(request.ifr_name, device);
	assert_int_equal(ioctl(fd, SIOCGIFHWADDR, &request), 0);
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
}

static void open_wire(void)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = 0 };

	enter_peer();
	address.sll_ifindex = if_nametoindex(PEER_DEVICE);
	wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	enter_host();
	assert_true(wire >= 0);
	assert_int_equal(bind(wire, (struct sockaddr *)&address, sizeof(address)), 0);
	take_mac(wire, PEER_DEVICE, world_of_frames.peer);
}

/* Frames of one processor stay in their order. */
static void stay_on_one_processor(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

void become_another_stranger(void)
{
	static uint8_t n;
	char text[INET6_ADDRSTRLEN];

	memset(&world_of_frames.stranger.s6_addr[8], ++n, 8);
	inet_ntop(AF_INET6, &world_of_frames.stranger, text, sizeof(text));
	must("ip neigh add %s lladdr 02:00:00:00:00:66 dev " HOST_DEVICE, text);
}

int wire_setup(void **unused)
{
	world_setup(unused);
	stay_on_one_processor();
	/* Fast Open for all listeners, without a cookie. */
	must("echo 0x602 >/proc/sys/net/ipv4/tcp_fastopen");
	must("echo 100000000 >/proc/sys/net/ipv6/ip6frag_high_thresh");
	must("ip -n %s link set " HOST_DEVICE " mtu 9000", world.host);
	must("ip -n %s link set " PEER_DEVICE " mtu 9000", world.peer);
	take_address(HOST_ADDRESS, &world_of_frames.address);
	take_address(GROUP, &world_of_frames.group);
	take_address(STRANGER, &world_of_frames.stranger);
	sockets[0] = host_udp(TARGET);
	sockets[1] = host_listen(TARGET);
	marker = host_udp(MARKER);
	take_mac(marker, HOST_DEVICE, world_of_frames.host);
	open_wire();
	return 0;
}

int wire_teardown(void **unused)
{
	close(wire);
	close(sockets[0]);
	close(sockets[1]);
	close(marker);
	return world_teardown(unused);
}

void firewall_the_target(const char *mode, bool open)
{
	world_reset(NULL);
	become_another_stranger();
	for (size_t p = 0; p < 2; p++) {
		set_global(MARKER, protocols[p], true);
		if (open)
			set_global(TARGET, protocols[p], true);
	}
	must("%s -q enable --mode %s " HOST_DEVICE, netfwv6(), mode);
}

void begin_connection_tracking(void)
{
	if (run("nft 'add table ip6 t; add chain ip6 t c { type filter hook prerouting priority 0; "
		"}; add rule ip6 t c ct state invalid counter'")
		    ->status) {
		print_message("# no nft with connection tracking here\n");
		skip();
	}
}

void end_connection_tracking(void)
{
	must("nft delete table ip6 t");
}
