// SPDX-License-Identifier: LGPL-2.1-or-later
#include "follower.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

static struct follower start_command(int out, const char *command)
{
	struct follower follower = { .out = out, .err = memfd_create("err", MFD_CLOEXEC) };

	follower.pid = fork();
	if (follower.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(follower.out, STDOUT_FILENO);
		dup2(follower.err, STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	assert_true(follower.pid > 0);
	return follower;
}

struct follower start(const char *format, ...)
{
	char command[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return start_command(memfd_create("out", MFD_CLOEXEC), command);
}

struct follower start_to(int out, const char *format, ...)
{
	struct follower follower;
	char command[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	follower = start_command(out, command);
	follower.out = -1;
	return follower;
}

struct follower follow(const char *arguments)
{
	struct follower follower = start("exec %s %s", netfwv6(), arguments);

	wait_for_err(&follower, "Ctrl-C ends it\n");
	return follower;
}

static char *read_all(int fd)
{
	struct stat status;
	char *text;
	ssize_t n;

	assert_int_equal(fstat(fd, &status), 0);
	text = malloc((size_t)status.st_size + 1);
	n = pread(fd, text, (size_t)status.st_size, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

char *read_out(const struct follower *follower)
{
	return read_all(follower->out);
}

char *read_err(const struct follower *follower)
{
	return read_all(follower->err);
}

bool is_running(const struct follower *follower)
{
	siginfo_t ended = {};

	/* One that was waited for is no child any more. */
	return waitid(P_PID, (id_t)follower->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       !ended.si_pid;
}

struct awaited_text {
	const struct follower *follower;
	int fd;
	const char *text;
};

static bool is_written(void *context)
{
	const struct awaited_text *awaited = context;
	bool running = is_running(awaited->follower), found;
	char *text;

	text = read_all(awaited->fd);
	found = strstr(text, awaited->text) != NULL;
	if (!found && !running)
		fail_msg("ended without '%s', but '%s'", awaited->text, text);
	free(text);
	return found;
}

static void wait_for_text(const struct follower *follower, int fd, const char *text)
{
	struct awaited_text awaited = { follower, fd, text };

	wait_until(is_written, &awaited, text);
}

void wait_for_out(const struct follower *follower, const char *text)
{
	wait_for_text(follower, follower->out, text);
}

void wait_for_err(const struct follower *follower, const char *text)
{
	wait_for_text(follower, follower->err, text);
}

struct ending {
	pid_t pid;
	int status;
};

static bool has_ended(void *context)
{
	struct ending *ending = context;

	return waitpid(ending->pid, &ending->status, WNOHANG) == ending->pid;
}

int wait_for_end(struct follower *follower)
{
	struct ending ending = { .pid = follower->pid };

	wait_until(has_ended, &ending, "a command ended");
	return WIFEXITED(ending.status) ? WEXITSTATUS(ending.status) :
					  128 + WTERMSIG(ending.status);
}

int end(struct follower *follower, int signal)
{
	assert_int_equal(kill(follower->pid, signal), 0);
	return wait_for_end(follower);
}

void forget(struct follower *follower)
{
	if (follower->out >= 0)
		close(follower->out);
	close(follower->err);
}
