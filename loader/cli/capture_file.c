// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "log_directory.h"

static int refuse(const char *path, const char *sentence)
{
	complain("%s: %s", path, sentence);
	return EXIT_OTHER;
}

/* A file of packets shows who talks to whom, so it has to be the caller's own. */
static const char *why_not_a_capture(const struct stat *status)
{
	if (S_ISDIR(status->st_mode))
		return "a directory: name a file in it";
	if (status->st_uid != geteuid() && (S_ISREG(status->st_mode) || status->st_uid != 0))
		return "it belongs to another user: name another file";
	if (S_ISREG(status->st_mode) && status->st_nlink > 1)
		return "the file has other names, too: name another file";
	return NULL;
}

/* A signal ends the wait for the reader of a named pipe. */
static int open_patiently(int directory, const char *name, struct follow *follow)
{
	const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
	int fd, error;

	do {
		fd = openat(directory, name, flags, S_IRUSR | S_IWUSR);
		error = errno;
		follow_keep_alive(follow);
	} while (fd < 0 && error == EINTR && !follow_is_stopped());
	errno = error;
	return fd;
}

static const char *why_not_by_name(int directory, const char *name)
{
	struct stat status;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW))
		return NULL; /* to open it tells why */
	if (S_ISLNK(status.st_mode))
		return "a symbolic link, which is not followed: name the file itself";
	return why_not_a_capture(&status);
}

/* Looks at what it has opened, too, as it may have become something else. */
static int open_in(int directory, const char *name, const char *path, struct follow *follow,
		   int *opened)
{
	/* Opening another user's named pipe would wait for its reader, so it is looked at before. */
	const char *why_not = why_not_by_name(directory, name);
	struct stat status;
	int fd;

	if (why_not)
		return refuse(path, why_not);
	fd = open_patiently(directory, name, follow);
	if (fd < 0)
		return refuse(path, strerror(errno));
	why_not = fstat(fd, &status) ? strerror(errno) : why_not_a_capture(&status);
	if (!why_not && S_ISREG(status.st_mode) && ftruncate(fd, 0))
		why_not = strerror(errno);
	if (!why_not) {
		*opened = fd;
		return GO_ON;
	}
	close(fd);
	return refuse(path, why_not);
}

/* The path begins at the root, as symbolic links on the way are looked at one by one. */
static bool make_absolute(const char *path, char *absolute)
{
	size_t used = 0;

	if (*path != '/') {
		if (!getcwd(absolute, PATH_MAX - 1))
			return false;
		used = strlen(absolute);
		absolute[used++] = '/';
	}
	if (used + strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(absolute + used, path);
	return true;
}

static int open_regular_path(const char *path, struct follow *follow, int *fd)
{
	char absolute[PATH_MAX], problem[PROBLEM_SIZE];
	int directory CLEANUP(close_at) = -1;
	const char *name;

	if (!*path || path[strlen(path) - 1] == '/') {
		complain("'%s' names no file", path);
		return EXIT_USAGE;
	}
	if (!make_absolute(path, absolute))
		return refuse(path, strerror(errno));
	directory = open_log_directory(absolute, &name, problem);
	if (directory < 0) {
		complain("%s", problem);
		return EXIT_OTHER;
	}
	return open_in(directory, name, path, follow, fd);
}

int open_capture_file(const char *path, struct follow *follow, int *fd)
{
	int code = GO_ON;

	*fd = STDOUT_FILENO;
	if (strcmp(path, "-") != 0)
		code = open_regular_path(path, follow, fd);
	if (code != GO_ON || !isatty(*fd))
		return code;
	if (*fd != STDOUT_FILENO)
		close(*fd);
	complain("%s is a terminal: name a file, or pipe it: netfwv6 capture -w - | tshark -r -",
		 strcmp(path, "-") == 0 ? "the standard output" : path);
	return EXIT_USAGE;
}
