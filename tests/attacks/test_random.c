// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Random mazes of redirects, for SECONDS in each mode, or ROUNDS of them: nothing of what is
 * sent into them arrives at a closed port, and enough of it does at an open one. SEED repeats
 * a run.
 */
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "defence.h"
#include "inject.h"
#include "machine.h"
#include "maze.h"
#include "sockets.h"
#include "ways.h"

#define EACH 3	       /* datagrams to each port by each way in */
#define ROUNDS_EACH 10 /* that a maze is used for, with other doors */

static struct listeners at;

static int before(void **unused)
{
	world_reset(unused);
	clear_peer();
	at = listen_on_both();
	return 0;
}

static int after(void **unused)
{
	(void)unused;
	stop_listening(&at);
	clear_peer();
	return 0;
}

static unsigned int take_all(int udp)
{
	char bytes[64];
	unsigned int n = 0;

	while (recv(udp, bytes, sizeof(bytes), MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

/* Sends into every device and the wire; returns how many came out at the open port. */
static unsigned int try_maze(const struct maze *maze, uint32_t *number)
{
	unsigned int open = 0;

	for (size_t i = 0; i <= maze->n; i++) {
		const char *device = i < maze->n ? maze->devices[i] : PEER_DEVICE;

		for (int n = 0; n < EACH; n++) {
			inject(device, CLOSED, ++*number);
			inject(device, OPEN, ++*number);
		}
		open += take_all(at.open_udp);
	}
	return open;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* What is on its way still when a round ends arrives in the next one. */
static void nothing_gets_through(void **mode)
{
	const uint64_t seed = setting("SEED", (uint64_t)time(NULL));
	const uint64_t rounds = setting("ROUNDS", UINT64_MAX);
	const double end = now() + (double)setting("SECONDS", setting("ROUNDS", 0) ? 86400 : 6);
	struct random r = { seed };
	uint32_t number = 0, open = 0;
	struct maze maze;
	uint64_t round;

	defend(*mode);
	if (!nothing_can_skip(*mode))
		skip();
	for (round = 0; round < rounds && now() < end; round++) {
		if (round % ROUNDS_EACH == 0) {
			clear_peer();
			dig_maze(&r, &maze);
		}
		hang_doors(&r, &maze);
		open += try_maze(&maze, &number);
		if (!nothing_arrived(at.closed_udp))
			fail_msg("SEED=%llu: something arrived in round %llu",
				 (unsigned long long)seed, (unsigned long long)round);
	}
	printf("# SEED=%llu %s: %llu rounds, %u of %u datagrams to the open port arrived\n",
	       (unsigned long long)seed, (const char *)*mode, (unsigned long long)round, open,
	       number / 2);
	assert_true(open > number / 2 / 4);
}

static int main_of(void)
{
	const struct CMUnitTest tests[] = {
		{ "nothing_gets_through: native", nothing_gets_through, before, after, "native" },
		{ "nothing_gets_through: generic", nothing_gets_through, before, after, "generic" },
		{ "nothing_gets_through: tc", nothing_gets_through, before, after, "tc" },
	};

	return cmocka_run_group_tests_name("random", tests, world_setup, world_teardown);
}

int main(void)
{
	return on_a_machine_of_its_own(main_of);
}
