// SPDX-License-Identifier: LGPL-2.1-or-later
#include "killing.h"

#include <linux/bpf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

#define MOST_ARGUMENTS 8

/* Commands of bpf() that outlast their caller; what he only loads or reads goes with him. */
static bool lasts(uint64_t command)
{
	switch (command) {
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_UPDATE_BATCH:
	case BPF_MAP_DELETE_BATCH:
	case BPF_MAP_FREEZE:
	case BPF_OBJ_PIN:
	case BPF_LINK_CREATE:
	case BPF_LINK_UPDATE:
	case BPF_LINK_DETACH:
		return true;
	}
	return false;
}

/* Does the system call change something in the kernel? */
static bool changes_something(const struct __ptrace_syscall_info *info)
{
	static const uint64_t numbers[] = {
		SYS_mount,    SYS_umount2,  SYS_unlinkat,  SYS_mkdirat, SYS_fchmodat, SYS_flock,
		SYS_fchownat, SYS_renameat, SYS_renameat2,
#ifdef SYS_mkdir
		SYS_mkdir,    SYS_unlink,   SYS_rmdir,	   SYS_chmod,	SYS_chown,    SYS_rename,
#endif
	};

	if (info->entry.nr == SYS_bpf)
		return lasts(info->entry.args[0]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (info->entry.nr == numbers[i])
			return true;
	return false;
}

/* Steps a traced child to its next system call; false when it has ended. */
static bool next_call(pid_t child, struct __ptrace_syscall_info *info)
{
	int status;

	if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) || waitpid(child, &status, 0) != child)
		return false;
	if (!WIFSTOPPED(status))
		return false;
	ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(*info), info);
	return true;
}

static void execute(const char *const *arguments)
{
	const char *argv[MOST_ARGUMENTS + 3] = { "netfwv6", "-q" };

	for (int i = 0; arguments[i] && i < MOST_ARGUMENTS; i++)
		argv[2 + i] = arguments[i];
	execv(netfwv6(), (char **)argv);
}

bool kill_before_change(const char *const *arguments, int n)
{
	struct __ptrace_syscall_info info;
	pid_t child = fork();
	int status;

	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execute(arguments);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD);
	while (next_call(child, &info))
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY && changes_something(&info) && n-- == 0) {
			kill(child, SIGKILL);
			waitpid(child, NULL, 0);
			return true;
		}
	return false;
}
