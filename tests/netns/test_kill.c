// SPDX-License-Identifier: LGPL-2.1-or-later
/* Commands that are killed, and what an earlier one left: an older program, a stale record. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connections.h"
#include "hooks.h"
#include "kills.h"
#include "sockets.h"

/* ---- Killed at any moment -------------------------------------------------- */

static bool is_closed(void *counter)
{
	return packets(HOST_DEVICE, "closed-tcp") > *(uint64_t *)counter;
}

static void filtering_outlives_a_killed_enabler(void **s)
{
	uint64_t before;
	int client, ready[2];
	char byte;
	pid_t child;

	(void)s;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct netfwv6_connection *connection;
		struct netfwv6_mgr *mgr;

		if (NETFWV6_SUCCEEDED(netfwv6_mgr_open(&mgr, NULL)) &&
		    NETFWV6_SUCCEEDED(netfwv6_mgr_get_connection(mgr, HOST_DEVICE, &connection)) &&
		    NETFWV6_SUCCEEDED(netfwv6_connection_enable_firewall(connection, NULL)) &&
		    write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	before = packets(HOST_DEVICE, "closed-tcp");
	client = peer_connect(8080);
	wait_until(is_closed, &before, "the SYN was dropped");
	close(client);
	close(ready[0]);
	close(ready[1]);
}

static bool kill_switch(const char *command, int n)
{
	const char *const arguments[] = { "-q", command, HOST_DEVICE, NULL };

	return kill_at_change(n, BEFORE_CHANGE, arguments);
}

static void assert_usable(const char *command, int n)
{
	const struct output *output;
	bool now = firewalled(HOST_DEVICE);

	for (int i = 0; i < 2; i++) {
		output = run("%s -q %s " HOST_DEVICE, netfwv6(), i == now ? "disable" : "enable");
		if (output->status)
			fail_msg("after %s killed before change %d: %s", command, n, output->err);
		assert_int_equal(firewalled(HOST_DEVICE), i != now);
	}
}

/* Every change is a system call, so this meets every moment that differs. */
static void kill_at_any_moment(bool own_mount)
{
	const struct kills kills = kills_each(4);
	int seen[2] = {}, n;

	for (n = kills.first; kill_switch("enable", n); n += kills.step) {
		seen[firewalled(HOST_DEVICE)]++;
		assert_usable("enable", n);
		must("%s -q disable " HOST_DEVICE " && %s -q remove", netfwv6(), netfwv6());
		if (own_mount)
			assert_int_not_equal(access(world.state, F_OK), 0);
		else
			assert_string_equal(must("ls -A %s", world.state), "");
	}
	print_message("# enable killed at changes before %d: %d not firewalled, %d firewalled\n", n,
		      seen[0], seen[1]);
	assert_true(n > 20);
	seen[0] = seen[1] = 0;
	must("%s -q enable " HOST_DEVICE, netfwv6());
	for (n = kills.first; kill_switch("disable", n); n += kills.step) {
		seen[firewalled(HOST_DEVICE)]++;
		assert_usable("disable", n);
		must("%s -q enable " HOST_DEVICE, netfwv6());
	}
	print_message("# disable killed at changes before %d: %d not firewalled, %d firewalled\n",
		      n, seen[0], seen[1]);
	assert_true(n > 5);
}

static void a_kill_at_any_moment_leaves_old_or_new(void **s)
{
	(void)s;
	kill_at_any_moment(true);
}

static void a_kill_leaves_nothing_on_a_bpffs_of_others(void **s)
{
	char own[sizeof(world.state)];

	(void)s;
	must("mkdir %s-own && mount -t bpf bpf %s-own", world.state, world.state);
	memcpy(own, world.state, sizeof(own));
	strcat(world.state, "-own/state");
	setenv("NETFWV6_STATE", world.state, 1);
	kill_at_any_moment(false);
	must("%s -q disable " HOST_DEVICE " && %s -q remove", netfwv6(), netfwv6());
	assert_string_equal(must("ls -A %s", world.state), "");
	memcpy(world.state, own, sizeof(own));
	setenv("NETFWV6_STATE", own, 1);
	must("umount %s-own && rmdir %s-own", own, own);
}

/* ---- An older program ------------------------------------------------------ */

/* Puts foreign programs into our links, as if an older netfwv6 had attached them. */
static void downgrade(void)
{
	replace_by_another("xdp");
	if (has_tcx())
		replace_by_another("guard");
}

static void enabling_again_replaces_an_older_program(void **s)
{
	struct netfwv6_connection_status older;

	(void)s;
	world.mode = NETFWV6_MODE_NATIVE;
	enable(HOST_DEVICE);
	peer_send(5000, "one");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	downgrade();
	assert_true(firewalled(HOST_DEVICE));
	older = status_of(HOST_DEVICE);
	enable(HOST_DEVICE);
	assert_int_not_equal(status_of(HOST_DEVICE).program_id, older.program_id);
	assert_true(!has_tcx() || status_of(HOST_DEVICE).guard_id != older.guard_id);
	peer_send(5000, "two");
	wait_for_packets(HOST_DEVICE, "closed-udp", 2); /* counting goes on */
	downgrade();
	must("%s disable " HOST_DEVICE, netfwv6());
	assert_false(firewalled(HOST_DEVICE));
}

static void kill_while_replacing(uint32_t mode)
{
	int n = 0;

	world.mode = mode;
	enable(HOST_DEVICE);
	do {
		downgrade();
		assert_true(firewalled(HOST_DEVICE));
		assert_int_equal(status_of(HOST_DEVICE).mode, mode);
	} while (kill_switch("enable", n++));
	assert_true(n > 5);
	assert_true(firewalled(HOST_DEVICE));
	assert_int_equal(status_of(HOST_DEVICE).mode, mode);
	must("%s disable " HOST_DEVICE, netfwv6());
	remove_state();
}

/* In the mode that it has, which the next command finds again. */
static void a_kill_while_replacing_leaves_it_firewalled(void **s)
{
	(void)s;
	kill_while_replacing(NETFWV6_MODE_NATIVE);
	kill_while_replacing(NETFWV6_MODE_GENERIC);
}

#define NOBODY "setpriv --reuid=65534 --regid=65534 --clear-groups"

/* Does somebody who may not see links hear of the programs that are there? */
static bool record_is_right(void)
{
	struct netfwv6_connection_status status = status_of(HOST_DEVICE);
	char ids[64];

	assert_true(status.firewalled && status.program_id && status.guard_id);
	snprintf(ids, sizeof(ids), "[%u,%u]\n", status.program_id, status.guard_id);
	return strcmp(must(NOBODY " %s-netfwv6 status --json | jq -c '.devices[] | "
				  "select(.device == \"" HOST_DEVICE "\") | "
				  "[.program_id, .guard_id]'",
			   world.state),
		      ids) == 0;
}

/* Users who may not see links go by the record, which a killed replacer left behind. */
static void the_next_command_mends_a_record(void **s)
{
	(void)s;
	if (run(NOBODY " true")->status) {
		print_message("# no setpriv here\n");
		skip();
	}
	must("cp %s %s-netfwv6 && chmod 755 %s-netfwv6", netfwv6(), world.state, world.state);
	must("ip link add mend0 type veth peer name mend1");
	world.mode = NETFWV6_MODE_NATIVE;
	enable(HOST_DEVICE);
	assert_true(record_is_right());
	downgrade();
	assert_false(record_is_right());
	must("%s disable mend0 && ip link del mend0", netfwv6());
	assert_true(record_is_right());
	must("rm %s-netfwv6", world.state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(filtering_outlives_a_killed_enabler),
		test(a_kill_at_any_moment_leaves_old_or_new),
		test(a_kill_leaves_nothing_on_a_bpffs_of_others),
		test(enabling_again_replaces_an_older_program),
		test(a_kill_while_replacing_leaves_it_firewalled),
		test(the_next_command_mends_a_record),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
