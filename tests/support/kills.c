// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kills.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

#define ARGUMENTS 16

static bool is_one_of(uint64_t number, const uint64_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (number == numbers[i])
			return true;
	return false;
}

/* What reads, and what makes objects that vanish with the process until they are pinned. */
static bool leaves_no_trace(uint64_t command)
{
	static const uint64_t commands[] = {
		BPF_MAP_LOOKUP_ELEM,   BPF_MAP_GET_NEXT_KEY,   BPF_MAP_LOOKUP_BATCH,
		BPF_OBJ_GET,	       BPF_OBJ_GET_INFO_BY_FD, BPF_PROG_GET_NEXT_ID,
		BPF_PROG_GET_FD_BY_ID, BPF_MAP_GET_NEXT_ID,    BPF_MAP_GET_FD_BY_ID,
		BPF_LINK_GET_NEXT_ID,  BPF_LINK_GET_FD_BY_ID,  BPF_BTF_GET_NEXT_ID,
		BPF_BTF_GET_FD_BY_ID,  BPF_PROG_QUERY,	       BPF_MAP_CREATE,
		BPF_PROG_LOAD,	       BPF_BTF_LOAD,
	};

	return is_one_of(command, commands, sizeof(commands) / sizeof(*commands));
}

#define ATTACH_NETFILTER 45 /* BPF_NETFILTER; older headers lack it */

/*
 * A link of the last line's. It vanishes like those, and where a priority is taken the next one
 * is tried, so that every second rebuild has one call more. What comes next, before the link is
 * pinned, is a change: a kill there finds the link made.
 */
static bool tries_a_priority(pid_t child, const struct __ptrace_syscall_info *call)
{
	const size_t attach_type = offsetof(union bpf_attr, link_create.attach_type);

	return call->entry.args[0] == BPF_LINK_CREATE &&
	       (uint32_t)ptrace(PTRACE_PEEKDATA, child, call->entry.args[1] + attach_type, NULL) ==
		       ATTACH_NETFILTER;
}

static bool changes_something(pid_t child, const struct __ptrace_syscall_info *call)
{
	static const uint64_t numbers[] = {
		SYS_mount,     SYS_umount2, SYS_unlinkat, SYS_mkdirat,
		SYS_fchmodat,  SYS_fchmod,  SYS_fchownat, SYS_fchown,
		SYS_renameat2, SYS_fsopen,  SYS_fsmount,  SYS_move_mount,
#ifdef SYS_mkdir
		SYS_mkdir,     SYS_unlink,  SYS_rmdir,	  SYS_chmod,
		SYS_chown,     SYS_lchown,  SYS_rename,	  SYS_renameat,
#endif
	};

	if (call->entry.nr == SYS_bpf)
		return !leaves_no_trace(call->entry.args[0]) && !tries_a_priority(child, call);
	if (call->entry.nr == SYS_flock) /* who asks for a lock may have to ask often */
		return call->entry.args[1] == LOCK_UN;
	return is_one_of(call->entry.nr, numbers, sizeof(numbers) / sizeof(*numbers));
}

/* Steps a traced child to where its next system call begins or ends; false at its own end. */
static bool next_stop(pid_t child, int *status, struct __ptrace_syscall_info *info)
{
	assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
	assert_int_equal(waitpid(child, status, 0), child);
	if (!WIFSTOPPED(*status))
		return false;
	ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(*info), info);
	return true;
}

static pid_t start_traced(const char *const *arguments)
{
	const char *argv[ARGUMENTS + 2] = { "netfwv6" };
	pid_t child;
	int status;

	for (int i = 0; i < ARGUMENTS && arguments[i]; i++)
		argv[i + 1] = arguments[i];
	child = fork();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* which traces, too */
		execv(netfwv6(), (char *const *)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD);
	return child;
}

/* The bytes of one mapping, hashed. */
static uint64_t hash_of(int memory, uint64_t start, uint64_t end, uint64_t hash)
{
	static uint64_t words[1 << 15];

	while (start < end) {
		size_t size = end - start < sizeof(words) ? end - start : sizeof(words);

		assert_int_equal(pread(memory, words, size, start), size);
		for (size_t i = 0; i < size / sizeof(*words); i++)
			hash = (hash ^ words[i]) * 0x100000001b3;
		start += size;
	}
	return hash;
}

/* What a process shares with others and may write to. */
static uint64_t hash_of_shared_memory(pid_t pid)
{
	uint64_t hash = 0xcbf29ce484222325, start, end;
	char path[32], line[512], rights[8];
	FILE *maps;
	int memory;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	assert_true(memory >= 0 && maps);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &start, &end, rights) == 3 &&
		    strcmp(rights, "rw-s") == 0)
			hash = hash_of(memory, start, end, hash);
	fclose(maps);
	close(memory);
	return hash;
}

size_t find_written(const char *const *arguments, bool *written, size_t max)
{
	pid_t child = start_traced(arguments);
	struct __ptrace_syscall_info info;
	bool inside = false; /* a call that changes something */
	uint64_t hash = 0;
	size_t n = 0;
	int status;

	while (next_stop(child, &status, &info)) {
		bool ends = info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_exit_group;

		if (inside) {
			hash = hash_of_shared_memory(child);
			inside = false;
		} else if (ends || (info.op == PTRACE_SYSCALL_INFO_ENTRY &&
				    changes_something(child, &info))) {
			if (n)
				written[n - 1] = hash != hash_of_shared_memory(child);
			inside = !ends;
			assert_true(n < max);
			n += inside;
		}
	}
	assert_int_equal(status, 0);
	return n;
}

bool kill_at_change(int n, enum moment moment, const char *const *arguments)
{
	pid_t child = start_traced(arguments);
	struct __ptrace_syscall_info info;
	bool due = false; /* at the end of the call that it is in */
	int status;

	while (next_stop(child, &status, &info)) {
		if (!due && info.op == PTRACE_SYSCALL_INFO_ENTRY &&
		    changes_something(child, &info) && n-- == 0) {
			due = true;
			if (moment == AFTER_CHANGE)
				continue;
		}
		if (due) {
			kill(child, SIGKILL);
			waitpid(child, NULL, 0);
			return true;
		}
	}
	assert_int_equal(status, 0);
	return false;
}

struct kills kills_each(int nth)
{
	const char *full = getenv("FULL");
	struct kills kills = { .step = full && *full ? 1 : nth };

	kills.first = getpid() % kills.step;
	print_message("# kills from change %d on, each %d\n", kills.first, kills.step);
	return kills;
}
