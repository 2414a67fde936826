// SPDX-License-Identifier: LGPL-2.1-or-later
#include "counted.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int stats_reset(void **unused)
{
	struct netfwv6_mgr *mgr;

	run("ip link del q1; ip link del x1"); /* the other ends of what a shell does not list */
	world_reset(unused);
	mgr = open_mgr();
	assert_ok(netfwv6_mgr_put_port_hits_counted(mgr, false));
	assert_ok(netfwv6_mgr_remove(mgr));
	netfwv6_mgr_close(mgr);
	return 0;
}

/* Of this device as long as it is firewalled. */
static bool all_counted(void *wanted)
{
	return dropped(HOST_DEVICE) >= *(uint64_t *)wanted;
}

/* A veth's ring holds only so many, and drops the rest unseen. */
#define VOLLEY 32

static void shoot(const struct crafted *packets, size_t n)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);

	for (size_t i = 0; i < n; i += VOLLEY) {
		size_t now = n - i < VOLLEY ? n - i : VOLLEY;
		uint64_t wanted = dropped(HOST_DEVICE) + now;

		put(&wire, packets + i, now);
		wait_until(all_counted, &wanted, "packets were dropped");
	}
	close_wire(&wire);
}

static void shoot_same(const struct crafted *packet, size_t n)
{
	for (size_t i = 0; i < n; i++)
		shoot(packet, 1);
}

void shoot_udp_from(const char *source, uint16_t port, size_t n)
{
	struct crafted packet = crafted_udp(9, port);

	set_source(&packet, source);
	shoot_same(&packet, n);
}

void shoot_udp(uint16_t port, size_t n)
{
	shoot_udp_from(PEER_ADDRESS, port, n);
}

void shoot_syn(uint16_t port, size_t n)
{
	const struct crafted packet = crafted_tcp(9, port, SYN);

	shoot_same(&packet, n);
}

void shoot_from_many(uint16_t port, size_t n)
{
	struct crafted *packets = calloc(n, sizeof(*packets));

	for (size_t i = 0; i < n; i++) {
		packets[i] = crafted_udp(9, port);
		set_source(&packets[i], "2001:db8::1:0:0");
		packets[i].source.s6_addr16[7] = htons((uint16_t)(i + 1));
	}
	shoot(packets, n);
	free(packets);
}

void shoot_ports(size_t n)
{
	struct crafted *packets = calloc(n, sizeof(*packets));

	for (size_t i = 0; i < n; i++)
		packets[i] = crafted_udp(9, (uint16_t)(i + 1));
	shoot(packets, n);
	free(packets);
}

void shoot_bad_version(void)
{
	struct wire wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	uint8_t frame[60] = {};
	uint64_t wanted = dropped(HOST_DEVICE) + 1;

	memcpy(frame, wire.to, 6);
	memcpy(frame + 6, wire.from, 6);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	frame[14] = 0x50;
	assert_int_equal(send(wire.fd, frame, sizeof(frame), 0), sizeof(frame));
	wait_until(all_counted, &wanted, "a frame was dropped");
	close_wire(&wire);
}
