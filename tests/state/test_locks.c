// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who opens ports holds a lock: others wait for it, forked and killed ones do not keep it. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ports.h"
#include "world.h"

/* The child has the lock open, which it does not get, or has ended without. */
static bool waits_or_ended(void *pid)
{
	pid_t child = *(pid_t *)pid;
	siginfo_t info = {};

	if (run("ls -l /proc/%d/fd | grep -q -- '-> %s/lock$'", child, world.state)->status == 0)
		return true;
	return waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

static void an_opener_waits_for_another(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	int lock, status;
	char path[128];
	pid_t child;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 1, TCP, NULL)); /* makes the state */
	snprintf(path, sizeof(path), "%s/lock", world.state);
	lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	child = fork();
	if (child == 0) {
		struct netfwv6_mgr *own = NULL;

		_exit(NETFWV6_FAILED(netfwv6_mgr_open(&own, NULL)) ||
		      NETFWV6_FAILED(netfwv6_mgr_open_global_port(own, 443, TCP, "late")));
	}
	wait_until(waits_or_ended, &child, "the opener waits");
	assert_false(is_open(mgr, 443, TCP));
	flock(lock, LOCK_UN);
	close(lock);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(is_open(mgr, 443, TCP));
	netfwv6_mgr_close(mgr);
}

/* What has no name, and never had one, waits for nobody. */
static void a_port_without_a_name_opens_at_once(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	char path[128];
	int lock;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 1, TCP, "named")); /* makes the state */
	assert_ok(netfwv6_mgr_close_global_port(mgr, 1, TCP));
	snprintf(path, sizeof(path), "%s/lock", world.state);
	lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_ok(netfwv6_mgr_open_global_port(mgr, 2, TCP, NULL));
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 65000, 65535, UDP, ""));
	assert_true(is_open(mgr, 2, TCP) && is_open(mgr, 65535, UDP));
	/* The port that had a name waits until it gives up. */
	assert_true(NETFWV6_FAILED(netfwv6_mgr_open_global_port(mgr, 1, TCP, NULL)));
	assert_true(NETFWV6_FAILED(netfwv6_mgr_open_global_ports(mgr, 1, 9, TCP, NULL)));
	assert_false(is_open(mgr, 1, TCP) || is_open(mgr, 3, TCP));
	flock(lock, LOCK_UN);
	close(lock);
	assert_ok(netfwv6_mgr_open_global_port(mgr, 1, TCP, NULL));
	netfwv6_mgr_close(mgr);
	assert_string_equal(
		must("%s list --json | jq -r '.ports[] | select(.port == 1) | .name'", netfwv6()),
		"\n");
}

#define FORKS 50

static atomic_bool stop_opening, stopped_opening;

static void *open_until_stopped(void *mgr)
{
	while (!stop_opening)
		if (NETFWV6_FAILED(netfwv6_mgr_open_global_ports(mgr, 1, 2000, TCP, "held")) ||
		    NETFWV6_FAILED(netfwv6_mgr_close_global_ports(mgr, 2, 2000, TCP)))
			break;
	stopped_opening = true;
	return NULL;
}

static bool opening_began(void *mgr)
{
	return is_open(mgr, 1, TCP);
}

static bool opening_stopped(void *unused)
{
	(void)unused;
	return stopped_opening;
}

/* Most of these are forked while another thread holds the names lock. */
static void a_forked_child_keeps_no_lock(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	pid_t children[FORKS];
	pthread_t opener;

	(void)s;
	stop_opening = stopped_opening = false;
	assert_int_equal(pthread_create(&opener, NULL, open_until_stopped, mgr), 0);
	wait_until(opening_began, mgr, "the opener began");
	for (int i = 0; i < FORKS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
	stop_opening = true;
	wait_until(opening_stopped, NULL, "the opener got the lock again");
	pthread_join(opener, NULL);
	for (int i = 0; i < FORKS; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	netfwv6_mgr_close(mgr);
}

static void a_killed_opener_leaves_no_lock(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	int ready[2];

	(void)s;
	assert_int_equal(pipe(ready), 0);
	for (int i = 0; i < 20; i++) {
		char byte;
		pid_t child = fork();

		if (child == 0) {
			struct netfwv6_mgr *own = NULL;

			if (NETFWV6_FAILED(netfwv6_mgr_open(&own, NULL)))
				_exit(1);
			for (uint32_t round = 0;; round++) {
				if (NETFWV6_FAILED(netfwv6_mgr_open_global_ports(own, 1, 2000, TCP,
										 "victim")) ||
				    NETFWV6_FAILED(
					    netfwv6_mgr_close_global_ports(own, 1, 2000, TCP)))
					_exit(1);
				if (round == 0 && write(ready[1], "x", 1) != 1)
					_exit(1);
			}
		}
		assert_int_equal(read(ready[0], &byte, 1), 1);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		assert_ok(netfwv6_mgr_open_global_port(mgr, 3000 + i, TCP, "survivor"));
	}
	assert_true(is_open(mgr, 3019, TCP));
	close(ready[0]);
	close(ready[1]);
	netfwv6_mgr_close(mgr);
}

static void a_handle_works_on_both_sides_of_a_fork(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	int status;
	pid_t child;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 80, TCP, NULL));
	child = fork();
	if (child == 0)
		_exit(NETFWV6_FAILED(netfwv6_mgr_open_global_port(mgr, 81, TCP, "child")) ||
		      NETFWV6_FAILED(netfwv6_mgr_close_global_port(mgr, 80, TCP)));
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_true(is_open(mgr, 81, TCP));
	assert_false(is_open(mgr, 80, TCP));
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(an_opener_waits_for_another),
		test(a_port_without_a_name_opens_at_once),
		test(a_forked_child_keeps_no_lock),
		test(a_killed_opener_leaves_no_lock),
		test(a_handle_works_on_both_sides_of_a_fork),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
