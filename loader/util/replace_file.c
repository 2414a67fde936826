// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/error.h"
#include "util/scope.h"

#define LINKS_MAX 40 /* as many as the kernel follows */

/* The file that is meant, also behind a link to one that is not there yet. */
static bool follow_links(const char *path, char file[PATH_MAX])
{
	char target[PATH_MAX];

	if (snprintf(file, PATH_MAX, "%s", path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t length = readlink(file, target, sizeof(target) - 1);
		char *name = strrchr(file, '/');
		size_t used = name ? (size_t)(name - file) + 1 : 0;

		if (length < 0)
			return errno == EINVAL || errno == ENOENT;
		target[length] = '\0';
		used = *target == '/' ? 0 : used;
		if (used + (size_t)length >= PATH_MAX)
			break;
		memcpy(file + used, target, (size_t)length + 1);
	}
	errno = ELOOP;
	return false;
}

/* The new one is as the old one; a new file is for root to write and for all to read. */
static bool take_over(int fd, const char *file)
{
	struct stat old;

	if (stat(file, &old))
		return errno == ENOENT && fchmod(fd, 0644) == 0;
	if (!S_ISREG(old.st_mode)) {
		errno = EINVAL;
		return false;
	}
	/* Who may not give files away writes his own. */
	if (fchown(fd, old.st_uid, old.st_gid) && errno != EPERM)
		return false;
	return fchmod(fd, old.st_mode & 07777) == 0;
}

static bool write_to_end(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return false;
		text += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0;
}

/* The name is on the disk, too. A directory that cannot be opened for that was written to. */
static void sync_directory(const char *file)
{
	char directory[PATH_MAX];
	char *name;
	int fd;

	snprintf(directory, sizeof(directory), "%s", file);
	name = strrchr(directory, '/');
	if (name)
		name[name == directory] = '\0';
	fd = open(name ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

/* 0, or an errno value. */
static int write_beside(const char *file, const char *text, struct stat *status)
{
	CLEANUP(free_pointer) char *beside = NULL;
	CLEANUP(close_descriptor) int fd = -1;
	int error = 0;

	if (asprintf(&beside, "%s.XXXXXX", file) < 0) {
		beside = NULL;
		return ENOMEM;
	}
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (!take_over(fd, file) || !write_to_end(fd, text, strlen(text)) || fstat(fd, status) ||
	    rename(beside, file))
		error = errno;
	if (error)
		unlink(beside);
	else
		sync_directory(file);
	return error;
}

netfwv6_result replace_file(const char *path, const char *text, struct stat *status)
{
	char file[PATH_MAX];
	int error = follow_links(path, file) ? write_beside(file, text, status) : errno;

	if (!error)
		return NETFWV6_S_OK;
	return error == EINVAL ?
		       fail(NETFWV6_E_INVALIDARG, "%s is no regular file: name another", path) :
		       fail_errno(error, "cannot write %s, and nothing was changed there", path);
}
