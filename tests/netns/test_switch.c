// SPDX-License-Identifier: LGPL-2.1-or-later
/* The firewall switch: on, off, on again, and beside programs of others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "hooks.h"
#include "objects.h"
#include "sockets.h"

/* ---- On and off ------------------------------------------------------------ */

static void enabling_and_disabling_are_idempotent(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);
	uint32_t program;

	(void)s;
	assert_false(firewalled(HOST_DEVICE));
	assert_ok(netfwv6_connection_disable_firewall(connection));
	assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
	program = status_of(HOST_DEVICE).program_id;
	assert_true(firewalled(HOST_DEVICE));
	assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
	assert_int_equal(status_of(HOST_DEVICE).program_id, program);
	assert_ok(netfwv6_connection_disable_firewall(connection));
	assert_ok(netfwv6_connection_disable_firewall(connection));
	assert_false(firewalled(HOST_DEVICE));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

static void a_global_port_holds_on_devices_enabled_later(void **s)
{
	int udp = host_udp(5000);

	(void)s;
	set_global(5000, UDP, true);
	enable(HOST_DEVICE);
	peer_send(5000, "later");
	wait_for_datagram(udp, "later");
	close(udp);
}

static void disabling_lets_everything_in_again(void **s)
{
	int udp = host_udp(5000);

	(void)s;
	enable(HOST_DEVICE);
	peer_send(5000, "blocked");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	must("%s disable " HOST_DEVICE, netfwv6());
	peer_send(5000, "free");
	wait_for_datagram(udp, "free");
	close(udp);
}

static void enablers_at_the_same_time_agree(void **s)
{
	(void)s;
	for (int round = 0; round < 5; round++) {
		const struct output *output =
			run("for i in 1 2 3 4 5 6; do %s -q enable " HOST_DEVICE
			    " & pids=\"$pids $!\"; "
			    "done; for p in $pids; do wait $p || exit 1; done",
			    netfwv6());

		assert_int_equal(output->status, 0);
		assert_true(firewalled(HOST_DEVICE));
		must("%s -q disable " HOST_DEVICE, netfwv6());
	}
}

/* ---- What is there already ------------------------------------------------- */

static void a_foreign_program_is_named_and_left_alone(void **s)
{
	const struct output *output;
	char id[16];

	(void)s;
	must("mkdir -p %s-xdp && mount -t bpf bpf %s-xdp", world.state, world.state);
	must("bpftool prog load build/tests/foreign.bpf.o %s-xdp/foreign", world.state);
	must("bpftool net attach xdp pinned %s-xdp/foreign dev " HOST_DEVICE, world.state);
	snprintf(id, sizeof(id), "id %d",
		 atoi(must("bpftool prog show pinned %s-xdp/foreign", world.state)));
	output = run("%s enable --mode native " HOST_DEVICE, netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "foreign_prog"));
	assert_non_null(strstr(output->err, id));
	assert_false(firewalled(HOST_DEVICE));
	must("%s disable " HOST_DEVICE, netfwv6());
	assert_non_null(strstr(must("bpftool net show dev " HOST_DEVICE), id));
	must("bpftool net detach xdp dev " HOST_DEVICE);
	must("umount %s-xdp && rmdir %s-xdp", world.state, world.state);
}

static void assert_mode(uint32_t mode)
{
	struct netfwv6_connection_status status = status_of(HOST_DEVICE);

	assert_true(status.firewalled);
	assert_int_equal(status.mode, mode);
	assert_int_equal(xdp_on(world.host, HOST_DEVICE) != 0, mode != NETFWV6_MODE_TC);
	assert_int_not_equal(guard_on(world.host, HOST_DEVICE), 0);
}

/* Without the option the mode stays, as every setting does. */
static void another_mode_takes_the_place_of_the_one_before(void **s)
{
	uint32_t program;

	(void)s;
	must("%s enable --mode generic " HOST_DEVICE, netfwv6());
	program = status_of(HOST_DEVICE).program_id;
	must("%s enable --mode generic " HOST_DEVICE, netfwv6());
	must("%s enable " HOST_DEVICE, netfwv6());
	assert_mode(NETFWV6_MODE_GENERIC);
	assert_int_equal(status_of(HOST_DEVICE).program_id, program);
	must("%s enable --mode native " HOST_DEVICE, netfwv6());
	assert_mode(NETFWV6_MODE_NATIVE);
	must("%s enable --mode tc " HOST_DEVICE, netfwv6());
	assert_mode(NETFWV6_MODE_TC);
	must("%s enable --mode generic " HOST_DEVICE, netfwv6());
	assert_mode(NETFWV6_MODE_GENERIC);
	must("%s enable --mode auto " HOST_DEVICE, netfwv6()); /* one that is there will do */
	assert_mode(NETFWV6_MODE_GENERIC);
}

/* ---- What is left behind --------------------------------------------------- */

/* What could hold an object that no pin shows: this process, and the devices. */
static const char *holders(void)
{
	return must("ls /proc/%d/fd | wc -l; grep -c anon_inode:bpf /proc/%d/maps; "
		    "grep -c %s /proc/self/mountinfo; ip -o link; tc qdisc show",
		    getpid(), getpid(), world.state);
}

static void fifty_cycles_leave_nothing_behind(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);
	char before[1024];
	size_t noted = 0;

	(void)s;
	assert_int_not_equal(access(world.state, F_OK), 0);
	snprintf(before, sizeof(before), "%s", holders());
	for (int i = 0; i < 50; i++) {
		assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
		noted = objects_note();
		assert_ok(netfwv6_connection_disable_firewall(connection));
		assert_ok(netfwv6_mgr_remove(mgr));
		assert_int_not_equal(access(world.state, F_OK), 0);
	}
	assert_true(noted >= 50 * 20);
	/* The kernel frees maps after a grace period. */
	wait_until(objects_are_gone, NULL, "the programs, maps and links of all cycles were gone");
	assert_string_equal(holders(), before);
	objects_forget();
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(fifty_cycles_leave_nothing_behind),
		test(enabling_and_disabling_are_idempotent),
		test(a_global_port_holds_on_devices_enabled_later),
		test(disabling_lets_everything_in_again),
		test(enablers_at_the_same_time_agree),
		test(a_foreign_program_is_named_and_left_alone),
		test(another_mode_takes_the_place_of_the_one_before),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
