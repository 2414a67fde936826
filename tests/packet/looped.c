// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * This host's own multicast, looped back: it passes, also where generic XDP comes first and
 * reads an IPv6 header as an Ethernet header.
 */
#include "rows.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/ipv6.h>
#include "counts.h"
#include "programs.h"

#define GROUP "ff02::1234"

/* As Ethernet headers, the first two announce IPv6, of a bad version and of the right one. */
static const char *const sources[] = {
	"2001:db8:86dd:1::1",
	"2001:db8:86dd:6000::1",
	"2001:db8:1:1::1",
};

static void set(const struct lane *lane, const char *setting, const char *value)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", lane_device(lane), setting);
	file = fopen(path, "we");
	assert_true(file && fputs(value, file) >= 0 && !fclose(file));
}

static struct in6_addr address(const char *text)
{
	struct in6_addr address;

	assert_int_equal(inet_pton(AF_INET6, text, &address), 1);
	return address;
}

/* A socket with that address on the device, that is a member of the group. */
static int member(const struct lane *lane, const char *source)
{
	int device = (int)if_nametoindex(lane_device(lane));
	struct in6_ifreq request = { address(source), 64, device };
	struct ipv6_mreq mreq = { address(GROUP), device };
	struct sockaddr_in6 from = { .sin6_family = AF_INET6, .sin6_addr = address(source) };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int turns = 0;

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &request), 0);
	/* The kernel makes an address valid in a work queue of its own. */
	while (bind(fd, (struct sockaddr *)&from, sizeof(from)))
		lane_wait(&turns);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &mreq, sizeof(mreq)), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &device, sizeof(device)),
			 0);
	return fd;
}

static struct lane *quiet_lane(int guard)
{
	struct lane *lane = lane_make(LINK_ETHERNET, LANE_WHOLE);

	lane_guard(lane, guard);
	set(lane, "accept_dad", "0");
	set(lane, "router_solicitations", "0");
	set(lane, "addr_gen_mode", "1");
	set(lane, "disable_ipv6", "0");
	return lane;
}

/* All that came, the kernel's own queries with it, was looped. */
static void expect_looped(const struct lane *lane, int map, const struct counts *before)
{
	struct counts now, moved;
	int turns = 0;

	do {
		lane_wait(&turns);
		now = read_counts(map);
		moved = counts_between(before, &now);
	} while (!moved.of[REASON_LOOPED].packets);
	for (int i = 0; i < REASON_COUNT; i++)
		if (i != REASON_LOOPED)
			assert_int_equal(moved.of[i].packets, 0);
	while (lane_observed(lane).packets < moved.of[REASON_LOOPED].packets)
		lane_wait(&turns);
}

static void send_to_group(const struct lane *lane, const char *source)
{
	const struct sockaddr_in6 to = { .sin6_family = AF_INET6,
					 .sin6_addr = address(GROUP),
					 .sin6_port = htons(CLOSED_PORT) };
	int fd = member(lane, source);

	assert_int_equal(sendto(fd, "looped", 6, 0, (const struct sockaddr *)&to, sizeof(to)), 6);
	close(fd);
}

static void the_guard_alone(void **state)
{
	const struct programs *programs = firewall_programs(usual_firewall());
	struct lane *lane = quiet_lane(program_of_guard(programs->alone, LINK_ETHERNET));
	struct counts before = read_counts(counts_alone(programs));

	send_to_group(lane, *state);
	expect_looped(lane, counts_alone(programs), &before);
	lane_free(lane);
}

static void generic_xdp_in_front(void **state)
{
	const struct programs *programs = firewall_programs(usual_firewall());
	struct lane *lane = quiet_lane(program_of_guard(programs->behind, LINK_ETHERNET));
	int map = map_of(programs, "nf6_counts");
	struct counts before = read_counts(map);

	lane_xdp(lane, program_of_xdp(programs, LINK_ETHERNET), true);
	send_to_group(lane, *state);
	expect_looped(lane, map, &before);
	lane_free(lane);
}

void looped(struct table *t)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		table_add(t, table_format(t, "multicast from %s is looped back", sources[i]),
			  the_guard_alone, (void *)sources[i]);
		table_add(t,
			  table_format(t, "multicast from %s is looped back by generic XDP",
				       sources[i]),
			  generic_xdp_in_front, (void *)sources[i]);
	}
}
