// SPDX-License-Identifier: LGPL-2.1-or-later
/* The state directory is unmounted: filtering and state are as they were, and root puts it back. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "machine.h"
#include "sockets.h"

#define CLOSED 5000
#define OPEN 5001

static const char *const unmounts[] = { "umount", "umount -l" };

/* All that a state knows, but for what counts. */
static const char *everything(void)
{
	return must("%s list --json && %s log --json && %s status --json | "
		    "jq -S 'del(.devices[].reasons, .flows)'",
		    netfwv6(), netfwv6(), netfwv6());
}

static void make_state(void)
{
	must("%s -q init --group 64000 && %s -q open %d/udp --name web && "
	     "%s -q open 443/tcp --dev fw0 --name own && %s -q log --dropped on --file /tmp/x && "
	     "%s -q enable fw0",
	     netfwv6(), netfwv6(), OPEN, netfwv6(), netfwv6(), netfwv6());
}

static bool is_mounted(void)
{
	return mounts_on(world.state) != 0;
}

static void unmount(const char *how)
{
	must("%s %s", how, world.state);
	assert_false(is_mounted());
}

/* ---- What is filtered --------------------------------------------------------------------- */

/* A datagram to the open port, behind one to the closed port, tells that both were judged. */
static void assert_filtering(int closed, int open)
{
	peer_send(CLOSED, "closed");
	peer_send(OPEN, "open");
	wait_for_datagram(open, "open");
	assert_true(nothing_arrived(closed));
}

static atomic_bool flood_ends;
static atomic_int flooded;

static void *flood(void *unused)
{
	enter_host();
	while (!flood_ends) {
		peer_send(CLOSED, "closed");
		flooded++;
	}
	return unused;
}

static bool flood_went_on(void *context)
{
	return flooded > *(int *)context + 100;
}

static void closed_stays_closed_and_open_open(void **s)
{
	int closed = host_udp(CLOSED), open = host_udp(OPEN), before;
	pthread_t thread;

	(void)s;
	make_state();
	flood_ends = false;
	assert_int_equal(pthread_create(&thread, NULL, flood, NULL), 0);
	for (int i = 0; i < 10; i++) {
		unmount(unmounts[i % 2]);
		before = flooded;
		wait_until(flood_went_on, &before, "packets came meanwhile");
		assert_filtering(closed, open);
		if (i % 3)
			must("%s -q status", netfwv6());
		else
			must("%s -q enable fw0", netfwv6());
		assert_int_equal(mounts_on(world.state), 1);
	}
	flood_ends = true;
	pthread_join(thread, NULL);
	assert_true(nothing_arrived(closed));
	close(closed);
	close(open);
}

/* ---- What is known -------------------------------------------------------------------------- */

static void roots_next_command_puts_it_back(void **s)
{
	static const char *const commands[] = { "status", "list",
						"stats",  "check 5001/udp",
						"log",	  "explain 80/udp --dev fw0",
						"init",	  "enable fw0" };
	char before[8192];

	(void)s;
	make_state();
	snprintf(before, sizeof(before), "%s", everything());
	assert_non_null(strstr(before, "\"web\""));
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		unmount(unmounts[i % 2]);
		if (i % 2)
			must("rmdir %s", world.state);
		must("%s -q %s", netfwv6(), commands[i]);
		assert_int_equal(mounts_on(world.state), 1);
		assert_string_equal(everything(), before);
	}
	assert_int_equal(kept(), 1);
}

static void a_command_that_changes_ports_changes_these(void **s)
{
	int closed = host_udp(CLOSED), open = host_udp(OPEN);

	(void)s;
	make_state();
	unmount("umount");
	must("%s -q open %d/udp", netfwv6(), CLOSED);
	peer_send(CLOSED, "now");
	wait_for_datagram(closed, "now");
	unmount("umount");
	must("%s -q close %d/udp", netfwv6(), CLOSED);
	assert_filtering(closed, open);
	unmount("umount");
	must("%s -q open %d/udp --dev fw0", netfwv6(), CLOSED);
	peer_send(CLOSED, "here");
	wait_for_datagram(closed, "here");
	close(closed);
	close(open);
}

/* A program that was there before has the maps, whatever is mounted. */
static void a_handle_goes_on(void **s)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	int closed = host_udp(CLOSED);
	struct netfwv6_mgr *mgr = open_mgr();
	bool open;

	(void)s;
	make_state();
	assert_ok(netfwv6_mgr_is_port_globally_open(mgr, OPEN, UDP, &open));
	unmount("umount");
	assert_ok(netfwv6_mgr_is_port_globally_open(mgr, OPEN, UDP, &open));
	assert_true(open);
	assert_ok(netfwv6_mgr_close_global_port(mgr, OPEN, UDP));
	assert_false(is_mounted());
	assert_ok(netfwv6_mgr_open_global_port(mgr, CLOSED, UDP, "named"));
	peer_send(CLOSED, "now");
	wait_for_datagram(closed, "now");
	unmount("umount -l");
	assert_ok(netfwv6_mgr_get_status(mgr, &status));
	assert_true(status.exists && status.group == 64000);
	assert_int_equal(mounts_on(world.state), 1);
	netfwv6_mgr_close(mgr);
	must("%s list --json | jq -e '.ports[] | select(.port == %d) | .name == \"named\"'",
	     netfwv6(), CLOSED);
	close(closed);
}

static bool event_comes(void *stream)
{
	struct netfwv6_event event = { .sz = sizeof(event) };

	peer_send(CLOSED, "closed");
	return netfwv6_events_next(stream, &event) == NETFWV6_S_OK;
}

static bool state_is_back(void *stream)
{
	event_comes(stream);
	return is_mounted();
}

static void a_stream_of_events_goes_on(void **s)
{
	const struct netfwv6_events_options options = { .sz = sizeof(options), .drops = true };
	struct netfwv6_events *stream = NULL;
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	make_state();
	assert_ok(netfwv6_mgr_open_events(mgr, &options, &stream));
	wait_until(event_comes, stream, "an event came");
	unmount("umount");
	wait_until(state_is_back, stream, "the reader put the state back");
	wait_until(event_comes, stream, "another came");
	netfwv6_events_close(stream);
	netfwv6_mgr_close(mgr);
}

/* ---- What remains ---------------------------------------------------------------------------- */

static void disabling_and_removing_leave_nothing(void **s)
{
	(void)s;
	for (int i = 0; i < 2; i++) {
		must("%s -q enable fw0", netfwv6());
		unmount(unmounts[i]);
		must("%s -q disable fw0 && %s -q remove", netfwv6(), netfwv6());
		assert_nothing_left();
		must("%s -q init && %s -q open 80", netfwv6(), netfwv6());
		unmount(unmounts[i]);
		must("%s -q remove", netfwv6());
		assert_nothing_left();
	}
}

/* Someone is in the directory, or mounted the state by hand as well. */
static void what_is_busy_is_left_behind(void **s)
{
	(void)s;
	must("%s -q init", netfwv6());
	must("exec 9<%s/lock && exec %s -q remove", world.state, netfwv6());
	assert_nothing_left();
	must("%s -q init && mount --bind %s %s", netfwv6(), world.state, world.state);
	must("%s -q remove", netfwv6());
	assert_nothing_left();
}

/* The mount of the state keeps the file system, but it is the only one now. */
static void an_unmount_of_the_other_takes_nothing_away(void **s)
{
	int closed = host_udp(CLOSED), open = host_udp(OPEN);

	(void)s;
	make_state();
	must("%s status --json | jq -e '.one_mount | not'", netfwv6());
	must("%s status | grep 'one unmount' && exit 1 || true", netfwv6());
	must("umount /sys/fs/bpf");
	assert_filtering(closed, open);
	must("%s status --json | jq -e .one_mount && %s status | grep '^one unmount of %s '",
	     netfwv6(), netfwv6(), world.state);
	must("mount -t bpf -o mode=700 bpf /sys/fs/bpf");
	must("%s status --json | jq -e .one_mount", netfwv6());
	must("%s -q close 1-65535 && %s -q disable fw0 && %s -q remove", netfwv6(), netfwv6(),
	     netfwv6());
	assert_nothing_left();
	close(closed);
	close(open);
}

/* ---- Without a bpffs on /sys/fs/bpf ----------------------------------------------------------- */

static void without_a_place_it_is_said(void **s)
{
	(void)s;
	make_state();
	must("grep -q '^netfwv6 %s bpf ' /proc/self/mounts", world.state);
	must("%s status | grep '^one unmount of %s '", netfwv6(), world.state);
	must("%s status --json | jq -e .one_mount", netfwv6());
	unmount("umount");
	must("%s status | grep '^no device is firewalled'", netfwv6());
	must("%s status --json | jq -e '.one_mount | not'", netfwv6());
	must("rmdir %s", world.state);
}

static int with_a_place(void)
{
	const struct CMUnitTest tests[] = {
		test(closed_stays_closed_and_open_open),
		test(roots_next_command_puts_it_back),
		test(a_command_that_changes_ports_changes_these),
		test(a_handle_goes_on),
		test(a_stream_of_events_goes_on),
		test(disabling_and_removing_leave_nothing),
		test(what_is_busy_is_left_behind),
		test(an_unmount_of_the_other_takes_nothing_away),
	};

	return cmocka_run_group_tests_name("unmount", tests, world_setup, world_teardown);
}

static int without_a_place(void)
{
	const struct CMUnitTest tests[] = { test(without_a_place_it_is_said) };

	return cmocka_run_group_tests_name("no place", tests, world_setup, world_teardown);
}

int main(void)
{
	int failed = on_a_machine(true, with_a_place);

	return on_a_machine(false, without_a_place) || failed;
}
