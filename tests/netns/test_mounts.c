// SPDX-License-Identifier: LGPL-2.1-or-later
/* Commands in a mount namespace of their own: where the state is mounted, and what stays of it. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connections.h"

/* Does a shell command where /run is another file system. */
static void must_elsewhere(const char *propagation, const char *command)
{
	must("unshare -m --propagation %s sh -ec 'mount -t tmpfs elsewhere /run; %s'", propagation,
	     command);
}

static bool is_mounted_here(void)
{
	return run("grep -q '^[^ ]* %s bpf ' /proc/self/mounts", world.state)->status == 0;
}

/* ---- What stays ------------------------------------------------------------------------- */

static void the_directory_goes_in_both_namespaces(void **s)
{
	char command[512];

	(void)s;
	snprintf(command, sizeof(command),
		 "%s -q enable fw0; test -e %s/root; %s -q disable fw0; %s -q remove; test ! -e %s",
		 netfwv6(), world.state, netfwv6(), netfwv6(), world.state);
	must_elsewhere("private", command);
	assert_int_not_equal(access(world.state, F_OK), 0);
	must("mkdir %s", world.state); /* one that was there is used, and goes as well */
	must_elsewhere("private", command);
	assert_int_not_equal(access(world.state, F_OK), 0);
}

static void the_state_lasts_here(void **s)
{
	char command[256];

	(void)s;
	snprintf(command, sizeof(command), "%s -q enable fw0", netfwv6());
	must_elsewhere("private", command);
	assert_true(firewalled(HOST_DEVICE));
	must("%s -q disable fw0", netfwv6());
	remove_state();
}

/* Where a mount propagates by itself there is nothing left to do. */
static void a_mount_that_propagates_is_enough(void **s)
{
	(void)s;
	must("mkdir %s-shared && mount --bind %s-shared %s-shared && mount --make-shared %s-shared",
	     world.state, world.state, world.state, world.state);
	must("unshare -m --propagation unchanged %s -q --state %s-shared/state init", netfwv6(),
	     world.state);
	must("test -e %s-shared/state/root && %s -q --state %s-shared/state remove && "
	     "umount %s-shared && rmdir %s-shared",
	     world.state, netfwv6(), world.state, world.state, world.state);
}

static void what_others_mounted_here_stays(void **s)
{
	char command[1024];

	(void)s;
	snprintf(command, sizeof(command),
		 "%s -q enable fw0; nsenter -t %d -m sh -ec \"umount %s; mount -t bpf somebody "
		 "%s\"; %s -q disable fw0; %s -q remove; test ! -e %s",
		 netfwv6(), getpid(), world.state, world.state, netfwv6(), netfwv6(), world.state);
	must_elsewhere("private", command);
	must("grep -q '^somebody %s ' /proc/self/mounts", world.state);
	must("umount %s && rmdir %s", world.state, world.state);
}

/* What cannot be mounted where it lasts is mounted nowhere. */
static void a_failure_leaves_nothing(void **s)
{
	char command[512];

	(void)s;
	must("touch %s", world.state);
	snprintf(command, sizeof(command),
		 "! %s -q enable fw0 2>/dev/null; test ! -e %s; ! grep -q %s /proc/self/mounts",
		 netfwv6(), world.state, world.state);
	must_elsewhere("private", command);
	must("rm %s", world.state);
	assert_false(firewalled(HOST_DEVICE));
}

/* Not mistaken for one where there is no other namespace. */
static void a_namespace_that_cannot_be_opened_is_an_error(void **s)
{
	const struct output *output;
	char paths[512] = "", *end = paths;

	(void)s;
	for (pid_t pid = getppid(); pid > 0 && end - paths < 400;
	     pid = atoi(must("sed -n 's/^PPid:\\t//p' /proc/%d/status", pid)))
		end += sprintf(end, " -P /proc/%d/ns/mnt", pid);
	output = run("ASAN_OPTIONS=detect_leaks=0 unshare -m strace -qq -o /dev/null %s "
		     "-e trace=openat -e inject=openat:error=EMFILE %s -q init",
		     paths, netfwv6());
	if (output->status != 4 || !strstr(output->err, "Too many open files"))
		fail_msg("exit %d: %s", output->status, output->err);
	assert_int_not_equal(access(world.state, F_OK), 0);
}

/* ---- A signal meanwhile --------------------------------------------------------------------- */

static void take_note(int signal)
{
	(void)signal;
}

/* A host program whose signals interrupt system calls; 0 when it could make the state. */
static int initialize_elsewhere(void)
{
	struct sigaction action = { .sa_handler = take_note };
	struct netfwv6_mgr *mgr;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    sigaction(SIGUSR1, &action, NULL) || netfwv6_mgr_open(&mgr, NULL) ||
	    ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
		return 1;
	return NETFWV6_FAILED(netfwv6_mgr_initialize(mgr, NULL)) ? 2 : 0;
}

static int next_stop(pid_t child, int signal)
{
	int status;

	assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, signal), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSTOPPED(status))
		fail_msg("it ended too early, with status %#x", status);
	return status;
}

/* Goes on to where it has forked, and holds that child before its first step. */
static pid_t hold_its_child(pid_t child)
{
	unsigned long forked;
	int status;

	do
		status = next_stop(child, 0);
	while (status >> 16 != PTRACE_EVENT_FORK && status >> 16 != PTRACE_EVENT_CLONE);
	assert_int_equal(ptrace(PTRACE_GETEVENTMSG, child, NULL, &forked), 0);
	assert_int_equal(waitpid((pid_t)forked, &status, __WALL), (pid_t)forked);
	return (pid_t)forked;
}

static struct __ptrace_syscall_info look_at_call(pid_t child)
{
	struct __ptrace_syscall_info info = {};

	ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info);
	return info;
}

/* The answer is not there yet when it begins to wait, so the signal ends that. */
static void interrupt_its_wait(pid_t child)
{
	struct __ptrace_syscall_info call;

	do {
		next_stop(child, 0);
		call = look_at_call(child);
	} while (call.op != PTRACE_SYSCALL_INFO_ENTRY || call.entry.nr != SYS_recvmsg);
	assert_int_equal(kill(child, SIGUSR1), 0);
	next_stop(child, 0);
	call = look_at_call(child);
	assert_int_equal(call.op, PTRACE_SYSCALL_INFO_EXIT);
	assert_int_not_equal(call.exit.is_error, 0);
	next_stop(child, 0); /* where the signal is delivered */
}

static void a_signal_does_not_interrupt_the_mounting(void **s)
{
	int status;
	pid_t child, its_child;

	(void)s;
	child = fork();
	if (child == 0)
		_exit(initialize_elsewhere());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	ptrace(PTRACE_SETOPTIONS, child, NULL,
	       PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD);
	its_child = hold_its_child(child);
	interrupt_its_wait(child);
	assert_int_equal(ptrace(PTRACE_DETACH, its_child, NULL, 0), 0);
	assert_int_equal(ptrace(PTRACE_DETACH, child, NULL, SIGUSR1), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(is_mounted_here());
	must("%s status && %s -q remove", netfwv6(), netfwv6());
	assert_false(is_mounted_here());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_directory_goes_in_both_namespaces),
		test(the_state_lasts_here),
		test(a_mount_that_propagates_is_enough),
		test(what_others_mounted_here_stays),
		test(a_failure_leaves_nothing),
		test(a_namespace_that_cannot_be_opened_is_an_error),
		test(a_signal_does_not_interrupt_the_mounting),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
