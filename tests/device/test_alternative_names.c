// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names by which a device is found: its own, alternative ones, and ones of devices that are
 * gone. Nothing is ever set under an alternative name.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connections.h"
#include "setting.h"

#define LONG_NAME "a-name-that-is-longer-than-names-of-devices-are"

static void make_named(void)
{
	make_pair("a1", "a2");
	must("ip link property add dev a1 altname enp0s3 altname " LONG_NAME);
}

static void expect_no_settings(const char *name)
{
	assert_null(strstr(must("%s list", netfwv6()), name));
}

/* ---- The library ---------------------------------------------------------------- */

static void hear(void *context, const char *line)
{
	char *heard = context;

	strncat(heard, line, 255 - strlen(heard));
}

static void a_connection_has_the_devices_own_name(void **s)
{
	static const char *const names[] = { "enp0s3", LONG_NAME };
	char heard[256] = "";
	struct netfwv6_mgr_options options = { .sz = sizeof(options),
					       .log = hear,
					       .log_context = heard };
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;

	(void)s;
	make_named();
	assert_ok(netfwv6_mgr_open(&mgr, &options));
	assert_ok(netfwv6_mgr_get_connection(mgr, "a1", &connection));
	assert_string_equal(heard, "");
	netfwv6_connection_free(connection);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char wanted[256];

		*heard = '\0';
		assert_ok(netfwv6_mgr_get_connection(mgr, names[i], &connection));
		assert_string_equal(netfwv6_connection_name(connection), "a1");
		snprintf(wanted, sizeof(wanted), "%s is another name of device a1", names[i]);
		assert_string_equal(heard, wanted);
		netfwv6_connection_free(connection);
	}
	netfwv6_mgr_close(mgr);
}

static void what_is_set_by_another_name_is_in_force(void **s)
{
	(void)s;
	make_named();
	switch_on("enp0s3");
	assert_true(firewalled("a1"));
	open_on("enp0s3", 443, TCP);
	assert_true(is_open_on("a1", 443, TCP));
	assert_true(admits("a1", 443, TCP));
	expect_no_settings("enp0s3");
	close_on(LONG_NAME, 443, TCP);
	assert_false(admits("a1", 443, TCP));
	switch_off("enp0s3");
	assert_false(firewalled("a1"));
}

/* A name that something was set for stays what it was, whoever else is called so, too. */
static void a_name_that_is_set_is_not_another_devices(void **s)
{
	struct netfwv6_connection_enum *connections;
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;
	bool on, seen = false;

	(void)s;
	make_pair("old0", "old1");
	switch_on("old0");
	must("ip link del old0");
	make_pair("a1", "a2");
	switch_on("a1");
	must("ip link property add dev a1 altname old0");
	mgr = open_mgr();
	assert_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	while (netfwv6_connection_enum_next(connections, 1, &connection, NULL) == NETFWV6_S_OK) {
		if (strcmp(netfwv6_connection_name(connection), "old0") == 0) {
			seen = true;
			assert_ok(netfwv6_connection_is_firewalled(connection, &on));
			assert_false(on);
			assert_ok(netfwv6_connection_disable_firewall(connection));
		}
		netfwv6_connection_free(connection);
	}
	netfwv6_connection_enum_free(connections);
	netfwv6_mgr_close(mgr);
	assert_true(seen);
	assert_true(firewalled("a1"));
}

/* ---- The command ---------------------------------------------------------------- */

static void expect_output(const char *wanted, const char *command)
{
	const struct output *output = run("%s %s", netfwv6(), command);

	assert_int_equal(output->status, 0);
	if (!strstr(output->out, wanted))
		fail_msg("%s: '%s' is not in '%s'", command, wanted, output->out);
}

static void the_command_says_the_devices_own_name(void **s)
{
	(void)s;
	make_named();
	expect_output("note: enp0s3 is another name of device a1\n", "enable enp0s3");
	expect_output("\na1: firewalled", "enable enp0s3");
	expect_output("443/tcp on a1: open", "open 443/tcp --dev enp0s3");
	expect_output("443/tcp on a1: open", "explain 443/tcp --dev enp0s3");
	expect_output("443", "list --dev enp0s3");
	expect_output("a1", "status");
	expect_no_settings("enp0s3");
	assert_true(admits("a1", 443, TCP));
	expect_output("\na1: not firewalled", "disable " LONG_NAME);
	assert_false(firewalled("a1"));
}

static void output_for_programs_has_no_note(void **s)
{
	(void)s;
	make_named();
	switch_on("a1");
	assert_int_equal(*must("%s explain --json 443/tcp --dev enp0s3", netfwv6()), '{');
	assert_null(strstr(must("%s stats --prometheus --dev enp0s3", netfwv6()), "note:"));
}

/* The device comes back, and udev has its own name. */
static void a_device_comes_back_as_it_was_enabled(void **s)
{
	(void)s;
	make_named();
	must("%s enable enp0s3", netfwv6());
	must("ip link del a1");
	make_pair("a1", "a2");
	assert_false(firewalled("a1"));
	must("%s enable --if-configured a1", netfwv6());
	assert_true(firewalled("a1"));
}

static void events_are_filtered_by_the_devices_own_name(void **s)
{
	(void)s;
	must("ip link property add dev " HOST_DEVICE " altname enp0s3");
	switch_on(HOST_DEVICE);
	must("timeout 60 %s monitor --dev enp0s3 --json -c 1 > %s.out & "
	     "until [ -s %s.out ] || ! kill -0 $! 2>/dev/null; do "
	     "echo x | ip netns exec %s socat -u - 'UDP6-SENDTO:[" HOST_ADDRESS "]:9'; done; "
	     "wait $!",
	     netfwv6(), world.state, world.state, world.peer);
	assert_non_null(strstr(must("cat %s.out; rm %s.out", world.state, world.state),
			       "\"" HOST_DEVICE "\""));
	must("ip link property del dev " HOST_DEVICE " altname enp0s3");
}

/* ---- No module is loaded for a name ------------------------------------------------ */

/*
 * An ioctl that is given the name of a device which is not there has the kernel call
 * modprobe for it, and the group that may change ports writes names. So whatever looks for
 * devices must live without those: here they kill.
 */
static void forbid_ioctls_by_name(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, SIOCGIFNAME, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, SIOCDEVPRIVATE + 15, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		_exit(99);
}

static int run_without_ioctls(const char *arguments)
{
	char command[256];
	int status;
	pid_t child;

	snprintf(command, sizeof(command), "exec %s %s >/dev/null 2>&1", netfwv6(), arguments);
	child = fork();
	if (child == 0) {
		forbid_ioctls_by_name();
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(98);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void no_device_is_looked_up_by_ioctl(void **s)
{
	(void)s;
	make_pair("absent0", "absent1");
	switch_on("absent0");
	open_on("absent0", 443, TCP);
	must("ip link del absent0");
	assert_int_equal(run_without_ioctls("status"), 0);
	assert_int_equal(run_without_ioctls("list"), 0);
	assert_int_equal(run_without_ioctls("explain 443/tcp --dev absent0"), 0);
	assert_int_equal(run_without_ioctls("open 80/tcp --dev absent0"), 0);
	assert_int_equal(run_without_ioctls("enable --if-configured absent1"), 0);
	assert_int_equal(run_without_ioctls("enable never0"), 4);
	assert_int_equal(run_without_ioctls("disable absent0"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_connection_has_the_devices_own_name),
		test(what_is_set_by_another_name_is_in_force),
		test(a_name_that_is_set_is_not_another_devices),
		test(the_command_says_the_devices_own_name),
		test(output_for_programs_has_no_note),
		test(a_device_comes_back_as_it_was_enabled),
		test(events_are_filtered_by_the_devices_own_name),
		test(no_device_is_looked_up_by_ioctl),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
