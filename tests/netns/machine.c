// SPDX-License-Identifier: LGPL-2.1-or-later
#include "machine.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

static void must_do(int result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(1);
}

/* A child that ends with this process. */
static pid_t start(void)
{
	pid_t child = fork();

	must_do(child, "fork");
	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

static int wait_for(pid_t child)
{
	int status;

	must_do(waitpid(child, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Those of other tests would be held by this namespace. */
static void unmount_what_came_along(void)
{
	char *paths[256], line[4096], path[4096];
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	size_t n = 0;

	while (mounts && n < sizeof(paths) / sizeof(*paths) && fgets(line, sizeof(line), mounts))
		if (strstr(line, " - bpf ") && sscanf(line, "%*s %*s %*s %*s %4095s", path) == 1)
			paths[n++] = strdup(path);
	if (mounts)
		fclose(mounts);
	while (n--) {
		umount2(paths[n], MNT_DETACH);
		free(paths[n]);
	}
}

static int run_as_process_1(bool bpffs, int (*tests)(void))
{
	must_do(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
	unmount_what_came_along();
	must_do(mount("proc", "/proc", "proc", 0, NULL), "/proc");
	must_do(mount("run", "/run", "tmpfs", 0, "mode=755"), "/run");
	if (bpffs)
		must_do(mount("bpf", "/sys/fs/bpf", "bpf", 0, "mode=700"), "/sys/fs/bpf");
	return tests();
}

int on_a_machine(bool bpffs, int (*tests)(void))
{
	pid_t child;

	fflush(NULL);
	child = start();
	if (child)
		return wait_for(child);
	must_do(unshare(CLONE_NEWNS | CLONE_NEWPID), "unshare");
	child = start();
	/* Once process 1 has ended, there are no new ones, which the leak sanitizer wants. */
	if (child)
		_exit(wait_for(child));
	exit(run_as_process_1(bpffs, tests));
}

int kept(void)
{
	return atoi(must("ls " KEPT " 2>/dev/null | wc -l"));
}

int mounts_on(const char *path)
{
	return atoi(must("awk '$5 == \"%s\"' /proc/self/mountinfo | wc -l", path));
}

void assert_nothing_left(void)
{
	assert_int_not_equal(access(world.state, F_OK), 0);
	assert_int_not_equal(access(KEPT, F_OK), 0);
	assert_string_equal(must("grep netfwv6 /proc/self/mountinfo || true"), "");
}
