// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flood.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "plain_packet.h"

/* No neighbour, who may answer a question to a group from any port. */
#define STRANGER "2001:db8:bad::1"

#define ENOUGH 2000	  /* to be called a flood */
#define MOST 100000000ULL /* if no one ever ends it */

static struct {
	pthread_t thread;
	int program;
	struct plain_packet packet;
	size_t length;
	bool runs;
	atomic_bool stop, failed;
	atomic_uint_fast64_t sent;
} flood;

/* One run a call: the kernel repeats none without waiting for an RCU grace period. */
static void *send_packets(void *unused)
{
	(void)unused;
	for (uint64_t n = 0; n < MOST && !flood.stop && !flood.failed; n++) {
		/* Where TCP and UDP both have it; the peers that are talked to have smaller ones. */
		flood.packet.tcp.th_sport = htons(1024 + n % 60000);
		if (judgement_of(flood.program, &flood.packet, flood.length, 1) != DROPS)
			flood.failed = true;
		flood.sent++;
	}
	return NULL;
}

static bool is_there(void *unused)
{
	(void)unused;
	return flood.failed || flood.sent >= ENOUGH;
}

void begin_flood(uint32_t protocol, uint16_t port)
{
	assert_false(flood.runs);
	flood.program = guard_of(HOST_DEVICE);
	flood.length = make_plain_packet(&flood.packet, protocol, port);
	inet_pton(AF_INET6, STRANGER, &flood.packet.ip.ip6_src);
	flood.stop = flood.failed = false;
	flood.sent = 0;
	assert_int_equal(pthread_create(&flood.thread, NULL, send_packets, NULL), 0);
	flood.runs = true;
	wait_until(is_there, NULL, "there was a flood");
}

static void stop(void)
{
	flood.stop = true;
	pthread_join(flood.thread, NULL);
	close(flood.program);
	flood.runs = false;
}

uint64_t end_flood(void)
{
	assert_true(flood.runs);
	stop();
	assert_false(flood.failed);
	return flood.sent;
}

static bool has_moved(void *context)
{
	const struct timespec *then = context;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec != then->tv_sec || now.tv_nsec != then->tv_nsec;
}

/* That clock moves with the jiffies, and perhaps a little after one. */
void wait_for_next_jiffy(void)
{
	for (int i = 0; i < 2; i++) {
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
		wait_until(has_moved, &now, "a jiffy has passed");
	}
}

int flood_teardown(void **unused)
{
	if (flood.runs)
		stop();
	return scene_teardown(unused);
}
