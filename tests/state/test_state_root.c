// SPDX-License-Identifier: LGPL-2.1-or-later
/* The state root: where it may be, and what handles do when it is another's or goes away. */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "layout.h"
#include "ports.h"
#include "world.h"

/* ---- Its directory --------------------------------------------------------- */

static void the_state_directory_is_an_absolute_path(void **s)
{
	struct netfwv6_mgr_options options = { .sz = sizeof(options), .state_dir = "some/dir//" };
	struct netfwv6_mgr *mgr = NULL;
	char cwd[4096], want[4200], longest[400];

	(void)s;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(want, sizeof(want), "%s/some/dir", cwd);
	assert_ok(netfwv6_mgr_open(&mgr, &options));
	assert_string_equal(netfwv6_mgr_state_dir(mgr), want);
	netfwv6_mgr_close(mgr);
	options.state_dir = "";
	assert_result(netfwv6_mgr_open(&mgr, &options), NETFWV6_E_INVALIDARG);
	options.state_dir = "/";
	assert_result(netfwv6_mgr_open(&mgr, &options), NETFWV6_E_INVALIDARG);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	options.state_dir = longest;
	assert_result(netfwv6_mgr_open(&mgr, &options), NETFWV6_E_INVALIDARG);
}

static void a_state_directory_that_holds_files_is_left_alone(void **s)
{
	struct netfwv6_mgr_options options = { .sz = sizeof(options) };
	struct netfwv6_mgr *mgr = NULL;
	char dir[80];

	(void)s;
	snprintf(dir, sizeof(dir), "%s-full", world.state);
	options.state_dir = dir;
	must("mkdir %s && touch %s/ports", dir, dir);
	assert_ok(netfwv6_mgr_open(&mgr, &options));
	assert_result(netfwv6_mgr_open_global_port(mgr, 80, TCP, NULL), NETFWV6_E_INVALIDARG);
	assert_non_null(strstr(netfwv6_detail(), dir));
	assert_int_equal(run("grep -q ' %s ' /proc/self/mountinfo", dir)->status, 1);
	netfwv6_mgr_close(mgr);
	must("%s --state %s disable " HOST_DEVICE, netfwv6(),
	     dir); /* has nothing to remove there */
	must("rm %s/ports && rmdir %s", dir, dir);
}

static void a_directory_on_a_bpffs_is_used_as_it_is(void **s)
{
	struct netfwv6_mgr_options options = { .sz = sizeof(options) };
	struct netfwv6_mgr *mgr = NULL;
	char mount[80], dir[100];

	(void)s;
	snprintf(mount, sizeof(mount), "%s-own", world.state);
	snprintf(dir, sizeof(dir), "%s/mine", mount);
	must("mkdir %s && mount -t bpf bpf %s", mount, mount);
	options.state_dir = dir;
	assert_ok(netfwv6_mgr_open(&mgr, &options));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 80, TCP, NULL));
	assert_int_equal(access(dir, F_OK), 0);
	assert_int_equal(run("grep -c ' %s' /proc/self/mountinfo", mount)->out[0], '1');
	assert_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP));
	netfwv6_mgr_close(mgr);
	must("umount %s && rmdir %s", mount, mount);
}

/* ---- Its layout ------------------------------------------------------------ */

/* Adds to the layout's version, the first field of the record. */
static void add_to_layout(int n)
{
	struct root_record record;
	uint32_t key = 0;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/root", world.state);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &key, &record), 0);
	record.layout += n;
	assert_int_equal(bpf_map_update_elem(fd, &key, &record, BPF_ANY), 0);
	close(fd);
}

static void a_state_of_another_layout_is_refused_and_left_alone(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr(), *later;
	bool open;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	add_to_layout(1);
	later = open_mgr();
	assert_result(netfwv6_mgr_is_port_globally_open(later, 443, TCP, &open),
		      NETFWV6_E_UNEXPECTED);
	assert_non_null(strstr(netfwv6_detail(), "layout"));
	assert_result(netfwv6_mgr_open_global_port(later, 80, TCP, NULL), NETFWV6_E_UNEXPECTED);
	assert_result(netfwv6_mgr_close_global_port(later, 443, TCP), NETFWV6_E_UNEXPECTED);
	netfwv6_mgr_close(later);
	add_to_layout(-1);
	assert_true(is_open(mgr, 443, TCP));
	assert_int_equal(count_open(mgr), 1);
	netfwv6_mgr_close(mgr);
}

/* ---- A state that goes away under a handle --------------------------------- */

static void handles_follow_a_removed_state(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr(), *other = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);

	(void)s;
	for (int i = 0; i < 3; i++) {
		assert_ok(netfwv6_mgr_open_global_port(other, 80, TCP, "before"));
		assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
		assert_ok(netfwv6_mgr_close_global_port(other, 80, TCP));
		assert_ok(netfwv6_connection_disable_firewall(connection));
		assert_ok(netfwv6_mgr_remove(mgr));
		assert_int_not_equal(access(world.state, F_OK), 0);
		assert_false(is_open(other, 80, TCP));
		assert_ok(netfwv6_mgr_close_global_port(other, 80, TCP));
		assert_ok(netfwv6_mgr_open_global_port(other, 81, TCP, "after"));
		assert_true(is_open(mgr, 81, TCP));
		assert_ok(netfwv6_mgr_close_global_port(mgr, 81, TCP));
		assert_false(is_open(other, 81, TCP));
	}
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	netfwv6_mgr_close(other);
}

#define REMOVALS 100

/* Opens a port and asks for it, again and again: it must never get lost. */
static int open_and_check(int stop)
{
	struct netfwv6_mgr *mgr = NULL;
	char byte;

	if (NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)))
		return 1;
	while (read(stop, &byte, 1) < 0) {
		bool open = false;

		if (NETFWV6_FAILED(netfwv6_mgr_open_global_port(mgr, 7777, TCP, "kept")) ||
		    NETFWV6_FAILED(netfwv6_mgr_is_port_globally_open(mgr, 7777, TCP, &open)) ||
		    !open || NETFWV6_FAILED(netfwv6_mgr_close_global_port(mgr, 7777, TCP)))
			return 2;
	}
	netfwv6_mgr_close(mgr);
	return 0;
}

static int read_again_and_again(int stop)
{
	struct netfwv6_mgr *mgr = NULL;
	char byte;

	while (read(stop, &byte, 1) < 0) {
		struct netfwv6_port_enum *ports;

		/* A new handle each time: it meets the state at every stage of its removal. */
		if (NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)) ||
		    NETFWV6_FAILED(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports)))
			return 3;
		netfwv6_port_enum_free(ports);
		netfwv6_mgr_close(mgr);
	}
	return 0;
}

static void a_removal_disturbs_nobody(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);
	int (*const jobs[2])(int) = { open_and_check, read_again_and_again };
	pid_t children[2];
	int stop[2];

	(void)s;
	assert_int_equal(pipe2(stop, O_NONBLOCK), 0);
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			close(stop[1]);
			_exit(jobs[i](stop[0]));
		}
	}
	for (int i = 0; i < REMOVALS; i++) {
		assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
		assert_ok(netfwv6_connection_disable_firewall(connection));
	}
	close(stop[1]);
	close(stop[0]);
	for (int i = 0; i < 2; i++) {
		int status;

		waitpid(children[i], &status, 0);
		assert_int_equal(status, 0);
	}
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_state_directory_is_an_absolute_path),
		test(a_state_directory_that_holds_files_is_left_alone),
		test(a_directory_on_a_bpffs_is_used_as_it_is),
		test(a_state_of_another_layout_is_refused_and_left_alone),
		test(handles_follow_a_removed_state),
		test(a_removal_disturbs_nobody),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
