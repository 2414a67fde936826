// SPDX-License-Identifier: LGPL-2.1-or-later
/* The state of a firewalled host: who finds it, who may use it, and when it goes. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "hooks.h"
#include "refusal.h"

/* ---- Where it is kept ------------------------------------------------------ */

static void an_open_port_keeps_the_state(void **s)
{
	(void)s;
	set_global(443, TCP, true);
	enable(HOST_DEVICE);
	must("%s disable " HOST_DEVICE, netfwv6());
	must("%s check 443/tcp", netfwv6());
}

static void a_state_behind_a_symbolic_link_is_unmounted(void **s)
{
	(void)s;
	must("mkdir %s-real && ln -s %s-real %s", world.state, world.state, world.state);
	enable(HOST_DEVICE);
	must("%s disable " HOST_DEVICE " && %s remove", netfwv6(), netfwv6());
	assert_int_equal(run("grep -q '%s' /proc/self/mountinfo", world.state)->status, 1);
	must("rm %s", world.state);
}

static void a_bpffs_of_others_stays(void **s)
{
	(void)s;
	must("mkdir %s && mount -t bpf somebody %s", world.state, world.state);
	enable(HOST_DEVICE);
	must("%s disable " HOST_DEVICE " && %s remove", netfwv6(), netfwv6());
	must("grep -q '^somebody %s ' /proc/self/mounts", world.state);
	must("umount %s && rmdir %s", world.state, world.state);
}

static void a_strict_umask_hides_no_state(void **s)
{
	(void)s;
	must("mkdir %s-own && mount -t bpf bpf %s-own", world.state, world.state);
	must("umask 077; %s --state %s-own/state -q open 443/tcp", netfwv6(), world.state);
	assert_string_equal(must("stat -c %%a %s-own/state", world.state), "755\n");
	must("%s --state %s-own/state -q close 443/tcp", netfwv6(), world.state);
	must("umount %s-own && rmdir %s-own", world.state, world.state);
}

/* ---- Damaged states -------------------------------------------------------- */

static void a_frozen_table_can_be_read_and_left(void **s)
{
	const struct output *output;

	(void)s;
	must("%s open 443/tcp && %s enable " HOST_DEVICE, netfwv6(), netfwv6());
	must("bpftool map freeze pinned %s/ports", world.state);
	must("%s check 443/tcp && %s list && %s status", netfwv6(), netfwv6(), netfwv6());
	output = run("%s close 443/tcp", netfwv6());
	assert_int_equal(output->status, 3);
	assert_non_null(strstr(output->err, "frozen"));
	must("%s check 443/tcp", netfwv6());
	must("%s disable " HOST_DEVICE, netfwv6());
	assert_false(firewalled(HOST_DEVICE));
	must("scripts/forget %s", world.state);
	assert_int_equal(run("%s check 443/tcp", netfwv6())->status, 1);
}

static void a_state_without_its_record_goes_on_filtering(void **s)
{
	const struct output *output;
	uint32_t guard;

	(void)s;
	must("ip link add lost0 type veth peer name lost1");
	enable(HOST_DEVICE);
	guard = guard_on(world.host, HOST_DEVICE);
	assert_int_not_equal(guard, 0);
	must("rm %s/root", world.state);
	output = run("%s enable " HOST_DEVICE, netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "no root record"));
	assert_int_equal(guard_on(world.host, HOST_DEVICE), guard);
	assert_int_equal(run("%s disable " HOST_DEVICE, netfwv6())->status, 4);
	assert_int_equal(run("%s remove", netfwv6())->status, 4);
	assert_int_equal(guard_on(world.host, HOST_DEVICE), guard);
	must("rm -f %s/links/*", world.state);
	must("%s remove", netfwv6());
	assert_true(is_bare(world.host, HOST_DEVICE));
	assert_int_not_equal(access(world.state, F_OK), 0);
	must("ip link del lost0");
}

/* For root, too, the reason is neither a capability nor the kernel. */
static void is_damaged(const char *pin, const char *command, const char *sentence)
{
	const struct output *output = run("timeout 10 %s %s", netfwv6(), command);
	char named[64];

	snprintf(named, sizeof(named), "is damaged: '%s' %s", pin, sentence);
	if (output->status != 4 || !strstr(output->err, named) || !is_one_sentence(output->err))
		fail_msg("%s damaged, %s: exit %d: %s%s", pin, command, output->status, output->out,
			 output->err);
}

static void what_is_damaged_is_named(void **s)
{
	static const char *const uses[][2] = {
		{ "marks", "-q enable " HOST_DEVICE },
		{ "hits", "-q enable " HOST_DEVICE },
		{ "udp", "-q enable " HOST_DEVICE },
		{ "tcp", "-q enable " HOST_DEVICE " --learn-only" },
		{ "tapstat", "-q enable " HOST_DEVICE },
		{ "taps", "monitor -q" },
		{ "tapstat", "monitor -q --connections on" },
		{ "tapstat", "log --connections on" },
		{ "taps", "log --connections on" },
		{ "logging", "log" },
		{ "hits", "stats --count-ports on" },
	};

	(void)s;
	for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++) {
		must("%s -q init && rm %s/%s", netfwv6(), world.state, uses[i][0]);
		is_damaged(uses[i][0], uses[i][1], "is missing");
		must("bpftool map create %s/%s type array key 4 value 4 entries 1 name other",
		     world.state, uses[i][0]);
		is_damaged(uses[i][0], uses[i][1], "is no map of netfwv6's");
		assert_false(firewalled(HOST_DEVICE));
		must("scripts/forget %s", world.state);
	}
}

/* ---- Namespaces ------------------------------------------------------------ */

static void the_state_outlives_ip_netns_exec(void **s)
{
	(void)s;
	enter_outside();
	must("ip netns exec %s %s -q enable " HOST_DEVICE, world.host, netfwv6());
	enter_host();
	assert_true(firewalled(HOST_DEVICE));
	must("ip netns exec %s %s -q open 443/tcp", world.host, netfwv6());
	must("%s check 443/tcp", netfwv6());
	must("%s close 443/tcp", netfwv6());
	must("ip netns exec %s %s -q disable " HOST_DEVICE, world.host, netfwv6());
	assert_false(firewalled(HOST_DEVICE));
	must("ip netns exec %s %s -q remove", world.host, netfwv6());
	assert_int_not_equal(access(world.state, F_OK), 0);
}

/* The paths of process 1 lead elsewhere than those of a shell there. */
static void in_a_chroot_it_lasts_where_the_chroot_sees_it(void **s)
{
	const char *state = world.state;

	(void)s;
	must("mkdir %s-root && cd %s-root && mount --bind / . && mount --make-private . && "
	     "cd %s-root && mount -t proc proc proc && mount --bind /sys sys && "
	     "mount -t tmpfs none run",
	     state, state, state);
	must("cp %s %s-root/run/netfwv6", netfwv6(), state);
	must("chroot %s-root sh -c 'unshare -m /run/netfwv6 -q enable " HOST_DEVICE "; exit $?'",
	     state);
	must("mountpoint -q %s-root%s", state, state);
	assert_int_not_equal(run("mountpoint -q %s", state)->status, 0);
	must("chroot %s-root sh -c 'unshare -m /run/netfwv6 -q disable " HOST_DEVICE " && "
	     "unshare -m /run/netfwv6 -q remove; exit $?'",
	     state);
	assert_int_not_equal(run("ls -d %s-root%s", state, state)->status, 0);
	must("umount %s-root/run %s-root/sys %s-root/proc %s-root && rmdir %s-root", state, state,
	     state, state, state);
}

static void a_host_program_may_ignore_its_children(void **s)
{
	(void)s;
	enter_outside();
	must("trap '' CHLD; exec ip netns exec %s %s -q enable " HOST_DEVICE, world.host,
	     netfwv6());
	enter_host();
	assert_true(firewalled(HOST_DEVICE));
}

static void another_namespace_is_refused(void **s)
{
	const struct output *output;

	(void)s;
	enable(HOST_DEVICE);
	enter_peer();
	output = run("%s enable " PEER_DEVICE, netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "another network namespace"));
	assert_int_equal(run("%s open 80", netfwv6())->status, 4);
	assert_int_equal(run("%s close 80", netfwv6())->status, 4);
	assert_int_equal(run("%s check 80", netfwv6())->status, 4);
	assert_int_equal(run("%s list", netfwv6())->status, 4);
	assert_int_equal(run("%s status", netfwv6())->status, 4);
	assert_int_equal(run("%s disable " PEER_DEVICE, netfwv6())->status, 4);
	enter_host();
	must("%s status", netfwv6());
	assert_int_equal(run("%s check 80/tcp", netfwv6())->status, 1);
}

static void a_state_whose_devices_are_gone_is_taken_over(void **s)
{
	(void)s;
	must("ip link add gone0 type bridge");
	must("%s open 443/tcp", netfwv6());
	enable("gone0");
	must("ip link del gone0");
	enter_peer();
	assert_int_equal(run("%s check 443/tcp", netfwv6())->status, 4);
	must("%s enable " PEER_DEVICE, netfwv6());
	must("%s check 443/tcp && %s close 443/tcp", netfwv6(), netfwv6());
	must("%s disable " PEER_DEVICE " && %s remove", netfwv6(), netfwv6());
	enter_host();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(an_open_port_keeps_the_state),
		test(a_state_behind_a_symbolic_link_is_unmounted),
		test(a_bpffs_of_others_stays),
		test(a_strict_umask_hides_no_state),
		test(a_frozen_table_can_be_read_and_left),
		test(what_is_damaged_is_named),
		test(a_state_without_its_record_goes_on_filtering),
		test(the_state_outlives_ip_netns_exec),
		test(in_a_chroot_it_lasts_where_the_chroot_sees_it),
		test(a_host_program_may_ignore_its_children),
		test(another_namespace_is_refused),
		test(a_state_whose_devices_are_gone_is_taken_over),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
