// SPDX-License-Identifier: LGPL-2.1-or-later
/* Programs are loaded while something else goes on in the process that calls the library. */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "devices.h"
#include "world.h"

/* ---- Signals ---------------------------------------------------------------------------- */

static volatile sig_atomic_t ticks;

static void tick(int signal)
{
	(void)signal;
	ticks++;
}

/* The kernel gives up to verify a program when a signal comes. */
static void signals_do_not_keep_from_enabling(void **s)
{
	static const struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never;
	struct sigaction action = { .sa_handler = tick }, before;
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, devices[0]);
	netfwv6_result result;

	(void)s;
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	ticks = 0;
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	result = netfwv6_connection_enable_firewall(connection, NULL);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	assert_ok(result);
	assert_true(ticks > 0);
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

/* ---- Children ------------------------------------------------------------------------------ */

static sem_t is_inside;
static volatile bool is_forking;

/* Called where a program could not be loaded; lets another thread fork before it goes on. */
static void linger(void *context, const char *line)
{
	const struct timespec enough = { .tv_nsec = 200000000 };
	bool *lingered = context;

	(void)line;
	if (*lingered)
		return;
	*lingered = true;
	sem_post(&is_inside);
	while (!is_forking)
		sched_yield();
	nanosleep(&enough, NULL);
}

/* This thread can load nothing from now on. */
static bool refuse_programs(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_PROG_LOAD, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

static void *fail_to_load(void *unused)
{
	bool lingered = false;
	struct netfwv6_mgr_options options = { .sz = sizeof(options),
					       .log = linger,
					       .log_context = &lingered };
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;

	(void)unused;
	if (!refuse_programs() || netfwv6_mgr_open(&mgr, &options) ||
	    netfwv6_mgr_get_connection(mgr, devices[0], &connection))
		return "could not begin";
	if (NETFWV6_SUCCEEDED(netfwv6_connection_enable_firewall(connection, NULL)))
		return "loaded a program";
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return NULL;
}

/* With handles of its own. */
static int load_in_child(void)
{
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;

	alarm(15);
	return netfwv6_mgr_open(&mgr, NULL) ||
	       netfwv6_mgr_get_connection(mgr, devices[1], &connection) ||
	       netfwv6_connection_enable_firewall(connection, NULL);
}

static void a_child_can_load_whatever_its_parent_was_at(void **s)
{
	pthread_t thread;
	int status;
	void *why;
	pid_t child;

	(void)s;
	assert_int_equal(sem_init(&is_inside, 0, 0), 0);
	assert_int_equal(pthread_create(&thread, NULL, fail_to_load, NULL), 0);
	while (sem_wait(&is_inside))
		;
	is_forking = true;
	child = fork();
	if (child == 0)
		_exit(load_in_child());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(pthread_join(thread, &why), 0);
	if (why)
		fail_msg("the thread %s", (char *)why);
	assert_int_equal(status, 0);
	assert_true(is_firewalled(1));
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(signals_do_not_keep_from_enabling),
		on_devices(a_child_can_load_whatever_its_parent_was_at),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
