// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log_directory.h"

static int refuse(const char *path, const char *sentence)
{
	complain("%s: %s", path, sentence);
	return -1;
}

/* What holds packets shows who talks to whom: it has to be the caller's own. */
static const char *refusal(const struct stat *status)
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
	int fd;

	do {
		fd = openat(directory, name, flags, S_IRUSR | S_IWUSR);
		follow_keep_alive(follow);
	} while (fd < 0 && errno == EINTR && !follow_is_stopped());
	return fd;
}

/* Looks before it opens, too: to open another's named pipe would wait for him. */
static int open_in(int directory, const char *name, const char *path, struct follow *follow)
{
	const char *why_not = NULL;
	struct stat status;
	int fd;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		why_not = S_ISLNK(status.st_mode) ?
				  "a symbolic link, which is not followed: name the file itself" :
				  refusal(&status);
	if (why_not)
		return refuse(path, why_not);
	fd = open_patiently(directory, name, follow);
	if (fd < 0 || fstat(fd, &status))
		return refuse(path, strerror(errno));
	why_not = isatty(fd) ? "a terminal: name a file" : refusal(&status);
	if (!why_not && S_ISREG(status.st_mode) && ftruncate(fd, 0))
		why_not = strerror(errno);
	if (!why_not)
		return fd;
	close(fd);
	return refuse(path, why_not);
}

/* From the root, as symbolic links on the way are looked at one by one. */
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

int open_capture_file(const char *path, struct follow *follow)
{
	char absolute[PATH_MAX], problem[PROBLEM_SIZE];
	const char *name;
	int directory, fd;

	if (strcmp(path, "-") == 0)
		return isatty(STDOUT_FILENO) ?
			       refuse("-w -", "the standard output is a terminal: name a file, or "
					      "pipe it into 'tshark -r -' or 'wireshark -k -i -'") :
			       STDOUT_FILENO;
	if (!*path || path[strlen(path) - 1] == '/')
		return refuse(*path ? path : "-w ''", "names no file");
	if (!make_absolute(path, absolute))
		return refuse(path, strerror(errno));
	directory = open_log_directory(absolute, &name, problem);
	if (directory < 0) {
		complain("%s", problem);
		return -1;
	}
	fd = open_in(directory, name, path, follow);
	close(directory);
	return fd;
}
