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

static void must_work(int result, const char *what)
{
	if (!result)
		return;
	perror(what);
	exit(1);
}

/* Also what lies under it: tc loads programs by way of the first bpffs that it reads of. */
static void empty_run(void)
{
	FILE *mounts = fopen("/proc/self/mounts", "re");
	char path[512];

	must_work(!mounts, "read the mounts");
	while (fscanf(mounts, "%*s %511s %*[^\n]", path) == 1)
		if (strncmp(path, "/run/", 5) == 0)
			umount2(path, MNT_DETACH);
	fclose(mounts);
	must_work(mount("run", "/run", "tmpfs", 0, NULL), "mount /run");
}

int on_a_machine_of_its_own(int (*main_of)(void))
{
	pid_t first;
	int status;

	must_work(unshare(CLONE_NEWPID | CLONE_NEWNS), "unshare");
	first = fork();
	must_work(first < 0, "fork");
	if (first) {
		must_work(waitpid(first, &status, 0) != first, "waitpid");
		return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must_work(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make mounts private");
	must_work(mount("proc", "/proc", "proc", 0, NULL), "mount /proc");
	empty_run();
	status = main_of();
	fflush(NULL);
	_exit(status);
}
