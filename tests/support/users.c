// SPDX-License-Identifier: LGPL-2.1-or-later
#include "users.h"

#include <errno.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

#define CHILDREN 64

const struct user root_user = {};
const struct user nobody = { .uid = 65534, .gid = 65534 };
const struct user member = { .uid = 64001, .gid = 64001, .group = ADMINISTRATORS };

struct child {
	pid_t pid; /* 0: free */
	char complaint[1024];
};
static struct child *children; /* shared with all of them */
static struct child *self;     /* in a child */

static bool refuse_bpf(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

void become(const struct user *user)
{
	if (setgroups(user->group ? 1 : 0, &user->group) ||
	    setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid) || (user->without_bpf && !refuse_bpf()))
		_exit(126);
	prctl(PR_SET_DUMPABLE, 1); /* as a process is that this user has started */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

static struct child *child_of(pid_t pid)
{
	if (!children)
		children = shared_memory(CHILDREN * sizeof(*children));
	for (size_t i = 0; i < CHILDREN; i++)
		if (children[i].pid == pid)
			return &children[i];
	fail_msg("no place for process %d", pid);
	return NULL;
}

pid_t start_job(const struct user *user, void (*job)(void *), void *context)
{
	struct child *child = child_of(0);
	pid_t pid;

	*child->complaint = '\0';
	pid = fork();
	if (pid == 0) {
		self = child;
		become(user);
		job(context);
		_exit(0);
	}
	assert_true(pid > 0);
	child->pid = pid;
	return pid;
}

static bool has_ended(void *pid)
{
	siginfo_t info = {};

	assert_int_equal(waitid(P_PID, *(pid_t *)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	return info.si_pid != 0;
}

void finish(pid_t pid)
{
	struct child *child = child_of(pid);
	int status;

	wait_until(has_ended, &pid, "a process of another user ended");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	child->pid = 0;
	if (status)
		fail_msg("process %d: %s (status %#x)", pid,
			 *child->complaint ? child->complaint : "no complaint", status);
}

void as_user(const struct user *user, void (*job)(void *), void *context)
{
	finish(start_job(user, job, context));
}

void assert_running(pid_t child)
{
	if (!has_ended(&child))
		return;
	finish(child);
	fail_msg("process %d ended too early", child);
}

void end_child(pid_t pid)
{
	assert_running(pid);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	child_of(pid)->pid = 0;
}

void end_children(void)
{
	for (size_t i = 0; children && i < CHILDREN; i++) {
		if (!children[i].pid)
			continue;
		kill(children[i].pid, SIGKILL);
		waitpid(children[i].pid, NULL, 0);
		children[i].pid = 0;
	}
}

void report(const char *format, ...)
{
	static char sentence[sizeof(self->complaint)];
	va_list args;

	va_start(args, format);
	vsnprintf(self ? self->complaint : sentence, sizeof(sentence), format, args);
	va_end(args);
	if (!self)
		fail_msg("%s", sentence);
	_exit(1);
}

void reach(_Atomic int *step, int n)
{
	*step = n;
}

void await_in_child(_Atomic int *step, int n)
{
	while (*step < n)
		sched_yield();
}

struct awaited_step {
	pid_t child;
	_Atomic int *step;
	int n;
};

static bool has_come(void *context)
{
	struct awaited_step *awaited = context;

	if (*awaited->step >= awaited->n)
		return true;
	assert_running(awaited->child);
	return false;
}

void await_child(pid_t child, _Atomic int *step, int n)
{
	struct awaited_step awaited = { child, step, n };
	char sentence[64];

	snprintf(sentence, sizeof(sentence), "process %d came to step %d", child, n);
	wait_until(has_come, &awaited, sentence);
}
