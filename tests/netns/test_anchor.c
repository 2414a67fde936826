// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where a state is kept: who makes and removes the place, and what others leave there. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "kills.h"
#include "machine.h"
#include "sockets.h"
#include "users.h"

static void unmount(void)
{
	must("umount %s", world.state);
}

static bool is_mounted(void)
{
	return mounts_on(world.state) != 0;
}

/* ---- The place -------------------------------------------------------------------------- */

static void a_state_is_kept_once(void **s)
{
	(void)s;
	must("umask 077; %s -q init", netfwv6());
	assert_int_equal(kept(), 1);
	assert_int_equal(mounts_on(world.state), 1);
	assert_string_equal(must("stat -c '%%a %%u' " KEPT " " KEPT "/* %s", world.state),
			    "700 0\n755 0\n755 0\n");
	must("test " KEPT "/* -ef %s", world.state);
	assert_string_equal(must("ls " KEPT " | grep -Evx '[0-9a-f]{16}' || true"), "");
	must("%s -q remove", netfwv6());
	assert_nothing_left();
}

static void a_bpffs_of_others_is_used_as_it_is(void **s)
{
	(void)s;
	must("mkdir %s && mount -t bpf somebody %s", world.state, world.state);
	must("%s -q init && %s status --json | jq -e .one_mount", netfwv6(), netfwv6());
	assert_int_not_equal(access(KEPT, F_OK), 0);
	must("%s -q remove && umount %s && rmdir %s", netfwv6(), world.state, world.state);
	must("%s -q --state /sys/fs/bpf/mine init && test -e /sys/fs/bpf/mine/root", netfwv6());
	must("%s status --json --state /sys/fs/bpf/mine | jq -e '.one_mount | not'", netfwv6());
	must("%s -q --state /sys/fs/bpf/mine remove && rmdir /sys/fs/bpf/mine", netfwv6());
	assert_nothing_left();
}

/* A bpffs may let everybody make directories. What others can write in is no place. */
static void a_place_of_others_is_not_used(void **s)
{
	static const char *const places[] = {
		"mkdir " KEPT " && chown 65534 " KEPT,
		"mkdir -m 777 " KEPT,
		"mkdir -m 700 /sys/fs/bpf/there && ln -s there " KEPT,
	};

	(void)s;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		must("%s && mkdir " KEPT "/0123456789abcdef", places[i]);
		must("%s -q init && %s status --json | jq -e .one_mount", netfwv6(), netfwv6());
		must("%s -q remove", netfwv6());
		assert_string_equal(must("ls " KEPT "/"), "0123456789abcdef\n");
		must("rm -r " KEPT "/0123456789abcdef && rm -r " KEPT "; "
		     "rmdir /sys/fs/bpf/there 2>/dev/null || true");
		assert_nothing_left();
	}
}

static void an_empty_directory_is_needed(void **s)
{
	(void)s;
	must("mkdir %s && touch %s/file", world.state, world.state);
	assert_int_equal(run("%s -q init", netfwv6())->status, 2);
	assert_int_not_equal(access(KEPT, F_OK), 0);
	must("rm -r %s", world.state);
}

/* ---- Who is killed ------------------------------------------------------------------------ */

static const char *const commands[][4] = { { "-q", "init", NULL }, { "-q", "remove", NULL } };

/* What is done next works, and leaves what it should. */
static void assert_usable(int n)
{
	if (n % 3 == 0)
		run("umount %s", world.state);
	if (n % 2)
		must("%s -q init && %s status", netfwv6(), netfwv6());
	must("%s -q remove", netfwv6());
	run("rmdir %s", world.state); /* an empty directory, which the next state would use */
	assert_nothing_left();
}

static void a_kill_leaves_nothing_for_ever(void **s)
{
	static const enum moment moments[] = { BEFORE_CHANGE, AFTER_CHANGE };

	(void)s;
	for (int i = 0; i < 4; i++) {
		const char *const *command = commands[i / 2];
		int n = 0;

		for (;; n++) {
			if (i / 2)
				must("%s -q init", netfwv6());
			if (!kill_at_change(n, moments[i % 2], command))
				break;
			assert_usable(n);
		}
		print_message("# %s killed %d times\n", command[1], n);
		assert_true(n > 20);
		must("%s -q remove", netfwv6());
		assert_nothing_left();
	}
}

static void a_kill_while_it_is_put_back_changes_nothing(void **s)
{
	static const char *const status[] = { "-q", "status", NULL };
	int closed = host_udp(5000), open = host_udp(5001), n = 0;
	bool killed = true;

	(void)s;
	must("%s -q open 5001/udp && %s -q enable fw0", netfwv6(), netfwv6());
	for (; killed; n++) {
		unmount();
		must("rmdir %s", world.state);
		killed = kill_at_change(n / 2, n % 2 ? AFTER_CHANGE : BEFORE_CHANGE, status);
		peer_send(5000, "closed");
		peer_send(5001, "open");
		wait_for_datagram(open, "open");
		assert_true(nothing_arrived(closed));
		must("%s status --json | jq -e '.devices[0].device == \"fw0\"' >/dev/null",
		     netfwv6());
		assert_int_equal(mounts_on(world.state), 1);
	}
	assert_true(n > 3);
	must("%s -q close 5001/udp && %s -q disable fw0 && %s -q remove", netfwv6(), netfwv6(),
	     netfwv6());
	assert_nothing_left();
	close(closed);
	close(open);
}

/* ---- More than one state ------------------------------------------------------------------- */

static void two_states_are_two(void **s)
{
	char other[80];

	(void)s;
	snprintf(other, sizeof(other), "%s-other", world.state);
	must("%s -q open 80 && %s -q enable fw0", netfwv6(), netfwv6());
	enter_peer();
	must("%s -q open 81 --state %s && %s -q enable " PEER_DEVICE " --state %s", netfwv6(),
	     other, netfwv6(), other);
	assert_int_equal(kept(), 2);
	must("umount %s %s", world.state, other);
	must("%s check 81 --state %s && ! %s check -q 80 --state %s", netfwv6(), other, netfwv6(),
	     other);
	assert_false(is_mounted());
	must("%s status --state %s | grep '^" PEER_DEVICE ": firewalled'", netfwv6(), other);
	enter_host();
	must("%s check 80 && ! %s check -q 81", netfwv6(), netfwv6());
	must("%s -q disable fw0 && %s -q remove", netfwv6(), netfwv6());
	assert_int_equal(kept(), 1);
	enter_peer();
	must("umount %s && %s -q disable " PEER_DEVICE " --state %s && %s -q remove --state %s",
	     other, netfwv6(), other, netfwv6(), other);
	enter_host();
	assert_nothing_left();
}

/* It is that of its directory, as it was before. */
static void another_namespace_is_refused_as_before(void **s)
{
	const struct output *output;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	unmount();
	enter_peer();
	output = run("%s open 80", netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "another network namespace"));
	enter_host();
	assert_int_equal(kept(), 1);
	must("%s -q disable fw0 && %s -q remove", netfwv6(), netfwv6());
	assert_nothing_left();
}

/* Under locks of their own, as in mount namespaces that share the bpffs. */
static void makers_leave_each_other_alone(void **s)
{
	(void)s;
	must("for i in 1 2 3 4; do"
	     "  unshare -m sh -c 'mount -t tmpfs own /run && for n in $(seq 10); do"
	     "    %s -q --state /tmp/nf6-'$i' init && %s -q --state /tmp/nf6-'$i' status &&"
	     "    %s -q --state /tmp/nf6-'$i' remove || exit 1; done' &"
	     "  pids=\"$pids $!\"; "
	     "done; for p in $pids; do wait $p || exit 1; done",
	     netfwv6(), netfwv6(), netfwv6());
	assert_nothing_left();
}

/* In both, the same state is made and removed again and again. */
static void makers_of_one_state_exclude_each_other(void **s)
{
	char command[1024];

	(void)s;
	must("ip link add two0 type veth peer name two1");
	snprintf(command, sizeof(command),
		 "for n in $(seq 10); do %s -q enable $1 && %s -q open 80 --dev $1 && %s -q close "
		 "80 "
		 "--dev $1 && %s -q disable $1 || exit 1; %s -q remove 2>/dev/null || :; done",
		 netfwv6(), netfwv6(), netfwv6(), netfwv6(), netfwv6());
	must("touch /tmp/nf6-lock && sh -c '%s' sh fw0 & "
	     "unshare -m sh -c 'touch /run/netfwv6.lock && mount --bind /tmp/nf6-lock "
	     "/run/netfwv6.lock && %s' sh two0 || exit 1; wait $! && rm /tmp/nf6-lock",
	     command, command);
	must("%s -q remove", netfwv6());
	assert_nothing_left();
}

/* ---- Nobody's ------------------------------------------------------------------------------- */

static void make_and_remove(void)
{
	must("%s -q --state %s-passing init && %s -q --state %s-passing remove", netfwv6(),
	     world.state, netfwv6(), world.state);
}

/* A state in a network namespace that only its name holds. */
static void make_elsewhere(const char *name, const char *type)
{
	must("ip netns add %s && ip -n %s link add gone0 type %s && "
	     "nsenter --net=/run/netns/%s %s -q enable gone0",
	     name, name, type, name, netfwv6());
}

static void a_state_goes_when_nobody_can_want_it(void **s)
{
	(void)s;
	make_elsewhere("gone", "bridge"); /* the last line would keep the namespace */
	unmount();
	make_and_remove();
	assert_int_equal(kept(), 1);
	must("nsenter --net=/run/netns/gone %s status | grep '^gone0: firewalled'", netfwv6());
	must("ip netns del gone");
	make_and_remove();
	assert_int_equal(kept(), 1); /* it is mounted */
	unmount();
	make_and_remove();
	must("rmdir %s", world.state);
	assert_nothing_left();
}

static bool is_here(void *device)
{
	return run("ip link show %s", (const char *)device)->status == 0;
}

/* Its device has moved here, so packets are judged by it. */
static void what_filters_stays(void **s)
{
	(void)s;
	make_elsewhere("gone", "veth peer name gone1");
	must("ip -n gone link set gone0 netns %s && ip -n gone link set gone1 netns %s && "
	     "ip netns del gone",
	     world.host, world.peer);
	wait_until(is_here, "gone0", "the device came");
	if (run("ls %s/links/*", world.state)->status) {
		print_message("# a filter does not move with its device on this kernel\n");
		must("scripts/forget %s", world.state);
		skip();
	}
	unmount();
	make_and_remove();
	assert_int_equal(kept(), 1);
	must("ip link del gone0");
	make_and_remove();
	must("rmdir %s", world.state);
	assert_nothing_left();
}

/* ---- Mount namespaces ------------------------------------------------------------------------ */

static void a_command_under_ip_netns_exec_keeps_it_outside(void **s)
{
	(void)s;
	enter_outside();
	must("ip netns exec %s %s -q enable fw0", world.host, netfwv6());
	assert_int_equal(kept(), 1);
	assert_int_equal(mounts_on(world.state), 1);
	unmount();
	must("ip netns exec %s %s status | grep '^fw0: firewalled'", world.host, netfwv6());
	assert_int_equal(mounts_on(world.state), 1);
	unmount();
	must("ip netns exec %s %s -q disable fw0", world.host, netfwv6());
	must("ip netns exec %s %s -q remove", world.host, netfwv6());
	enter_host();
	assert_nothing_left();
}

static bool is_gone(void *unused)
{
	(void)unused;
	return kept() == 0 && access(world.state, F_OK) != 0;
}

/* No mount comes to it by itself, and it was there before. */
static void a_command_in_a_namespace_of_its_own_finds_it(void **s)
{
	int fifo;

	(void)s;
	must("mkfifo %s-fifo", world.state);
	must("unshare -m --propagation private sh -c 'read line < %s-fifo; %s status > %s-out; "
	     "%s -q disable fw0; %s -q remove' > /dev/null 2>&1 &",
	     world.state, netfwv6(), world.state, netfwv6(), netfwv6());
	must("%s -q enable fw0", netfwv6());
	fifo = open(must("echo -n %s-fifo", world.state), O_WRONLY);
	assert_int_equal(write(fifo, "go\n", 3), 3);
	close(fifo);
	wait_until(is_gone, NULL, "the device was disabled");
	must("grep '^fw0: firewalled' %s-out && rm %s-out %s-fifo", world.state, world.state,
	     world.state);
	assert_nothing_left();
}

/* As udev's programs, which may not mount: it goes to the place itself. */
static void who_may_not_mount_finds_it(void **s)
{
	(void)s;
	must("%s -q open 80 && %s -q enable fw0", netfwv6(), netfwv6());
	must("ip link set fw0 down"); /* anything that differs */
	unmount();
	must("setpriv --bounding-set -sys_admin --inh-caps -sys_admin %s -q enable "
	     "--if-configured fw0 && setpriv --bounding-set -sys_admin --inh-caps -sys_admin %s "
	     "check 80",
	     netfwv6(), netfwv6());
	assert_false(is_mounted());
	must("setpriv --bounding-set -sys_admin --inh-caps -sys_admin %s -q disable fw0 && setpriv "
	     "--bounding-set -sys_admin --inh-caps -sys_admin %s -q remove",
	     netfwv6(), netfwv6());
	must("rmdir %s", world.state);
	assert_nothing_left();
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
		test(a_state_is_kept_once),
		test(a_bpffs_of_others_is_used_as_it_is),
		test(a_place_of_others_is_not_used),
		test(an_empty_directory_is_needed),
		test(a_kill_leaves_nothing_for_ever),
		test(a_kill_while_it_is_put_back_changes_nothing),
		test(two_states_are_two),
		test(another_namespace_is_refused_as_before),
		test(makers_leave_each_other_alone),
		test(makers_of_one_state_exclude_each_other),
		test(a_state_goes_when_nobody_can_want_it),
		test(what_filters_stays),
		test(a_command_under_ip_netns_exec_keeps_it_outside),
		test(a_command_in_a_namespace_of_its_own_finds_it),
		test(who_may_not_mount_finds_it),
	};

	return cmocka_run_group_tests_name("anchor", all, world_setup, world_teardown);
}

int main(void)
{
	return on_a_machine(true, tests);
}
