// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "modes.h"

int wire = -1;
static uint64_t passed;

static int reset(void)
{
	must("%s -q open %d/udp && %s -q enable " HOST_DEVICE " %s", netfwv6(), SHOT_OPEN_PORT,
	     netfwv6(), mode_option());
	wire = open_link(PEER_DEVICE);
	passed = 0;
	return 0;
}

int scene_reset(void **unused)
{
	world_reset(unused);
	return reset();
}

int scene_reset_native(void **unused)
{
	reset_in_native(unused);
	return reset();
}

int scene_end(void **unused)
{
	(void)unused;
	close(wire);
	return 0;
}

int add_device(const char *device, const char *peer)
{
	must("ip link add '%s' type veth peer name %s netns %s && ip link set '%s' up && "
	     "ip -n %s link set %s up && %s -q enable '%s'",
	     device, peer, world.peer, device, world.peer, peer, netfwv6(), device);
	return open_link(peer);
}

void send_dropped(unsigned int n)
{
	static struct frame frame;

	build_shot(&frame, &all_shots[0]);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(write(wire, frame.bytes, frame.length), frame.length);
}

static bool has_ended(void *context)
{
	send_dropped(1);
	return !is_running(context);
}

void send_until_end(const struct follower *follower)
{
	wait_until(has_ended, (void *)follower, "a command ended");
}

void wait_for_wire(void)
{
	passed = packets(HOST_DEVICE, "open-global") + 1;
	wait_for_shots(wire, HOST_DEVICE, passed);
}

uint64_t dropped_packets(void)
{
	return strtoull(must("%s status --json | jq '[.devices[].reasons[] | "
			     "select(.verdict == \"dropped\").packets] | add'",
			     netfwv6()),
			NULL, 10);
}

const char *ask(const struct follower *follower, const char *question)
{
	return must("jq -r '%s' </proc/%d/fd/%d", question, getpid(), follower->out);
}

static bool has_passed(void *until)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= *(time_t *)until;
}

void let_leases_run_out(void)
{
	struct timespec now;
	time_t until;

	clock_gettime(CLOCK_MONOTONIC, &now);
	until = now.tv_sec + 5;
	wait_until(has_passed, &until, "time passed");
}
