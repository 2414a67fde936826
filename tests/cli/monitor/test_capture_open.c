// SPDX-License-Identifier: LGPL-2.1-or-later
/* capture: to open its file, where a system call fails that hardly ever does. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/capture_file.h"
#include "complaint.h"

static bool fstat_fails;

int __real_fstat(int fd, struct stat *status);
int __wrap_fstat(int fd, struct stat *status);

int __wrap_fstat(int fd, struct stat *status)
{
	int result = __real_fstat(fd, status);

	if (result || !fstat_fails || !S_ISREG(status->st_mode))
		return result;
	errno = EIO;
	return -1;
}

/* ---- What capture does while it waits ------------------------------------------------- */

static int waits, patience;

bool follow_is_stopped(void)
{
	return waits >= patience;
}

void follow_keep_alive(struct follow *follow)
{
	(void)follow;
	waits++;
	errno = EBADMSG; /* as other calls may */
}

/* ---- Tests ------------------------------------------------------------------------------ */

static char folder[64];

static int set_up(void **s)
{
	(void)s;
	snprintf(folder, sizeof(folder), "/tmp/nf6-open-%d", getpid());
	waits = 0;
	patience = 3;
	*complaint = '\0';
	return mkdir(folder, 0755);
}

static int tear_down(void **s)
{
	char command[96];

	(void)s;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static int count_descriptors(void)
{
	DIR *all = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(all);
	while (readdir(all))
		n++;
	closedir(all);
	return n;
}

static void a_failure_leaves_no_descriptor(void **s)
{
	int before = count_descriptors(), fd = -1;
	struct follow follow = {};
	char path[96];

	(void)s;
	snprintf(path, sizeof(path), "%s/a", folder);
	fstat_fails = true;
	assert_int_equal(open_capture_file(path, &follow, &fd), EXIT_OTHER);
	fstat_fails = false;
	assert_non_null(strstr(complaint, "Input/output error"));
	assert_int_equal(count_descriptors(), before);
}

static void tick(int signal)
{
	(void)signal;
}

/* The wait goes on after a signal, whatever is done in between. */
static void a_named_pipe_is_waited_for(void **s)
{
	static const struct itimerval often = { { 0, 10000 }, { 0, 10000 } }, never;
	struct sigaction action = { .sa_handler = tick };
	struct follow follow = {};
	char path[96];
	int fd = -1;

	(void)s;
	snprintf(path, sizeof(path), "%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_int_equal(open_capture_file(path, &follow, &fd), EXIT_OTHER);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(waits, patience);
	assert_non_null(strstr(complaint, "Interrupted system call"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_failure_leaves_no_descriptor, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_named_pipe_is_waited_for, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("capture open", tests, NULL, NULL);
}
