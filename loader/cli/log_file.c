// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READERS "adm" /* who reads logs on this host */

/* Without a sentence, the problem is what errno says. */
static bool log_file_fail(struct log_file *file, int error, const char *sentence)
{
	file->error = error;
	snprintf(file->problem, sizeof(file->problem), "%s: %s", file->path,
		 sentence ?: strerror(error));
	log_file_close(file);
	return false;
}

void log_file_close(struct log_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->directory >= 0)
		close(file->directory);
	file->fd = file->directory = -1;
}

bool log_file_is_in_place(const struct log_file *file)
{
	struct stat ours, there;

	return file->fd >= 0 && fstat(file->fd, &ours) == 0 &&
	       fstatat(file->directory, file->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* ---- Opening ------------------------------------------------------------------- */

static void let_readers_read(int fd)
{
	const struct group *readers = getgrnam(READERS);

	if (readers && fchown(fd, (uid_t)-1, readers->gr_gid) == 0)
		fchmod(fd, S_IRUSR | S_IWUSR | S_IRGRP);
}

static int open_or_create(const struct log_file *file)
{
	const int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(file->directory, file->name, flags | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);

	if (fd >= 0)
		let_readers_read(fd);
	else if (errno == EEXIST)
		fd = openat(file->directory, file->name, flags);
	return fd;
}

/* Root does not write to what others made, or can reach under another name. */
static const char *why_not_a_log(const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return "not a regular file";
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return "the file belongs to somebody else than root";
	if (status->st_nlink > 1)
		return "the file has more than one name";
	return NULL;
}

/* Cuts off what stands behind the last newline; the header has one. */
static int cut_torn_line(int fd, off_t size)
{
	char block[4096], *newline = NULL;
	off_t end = size;

	while (end > 0 && !newline) {
		size_t n = end < (off_t)sizeof(block) ? (size_t)end : sizeof(block);

		end -= n;
		if (pread(fd, block, n, end) != (ssize_t)n)
			return -1;
		newline = memrchr(block, '\n', n);
	}
	if (newline)
		end += newline + 1 - block;
	return end == size ? 0 : ftruncate(fd, end);
}

/* Mends what a writer may have left that was killed, or met a full disk. */
static bool mend(struct log_file *file, off_t size)
{
	char start[W3C_HEADER_SIZE];
	ssize_t n = pread(file->fd, start, sizeof(start), 0);

	if (n < 0)
		return log_file_fail(file, errno, NULL);
	if (memcmp(start, W3C_HEADER, n) != 0)
		return log_file_fail(
			file, EINVAL,
			"the file holds something else than a log of netfwv6: move it away");
	if (n < (ssize_t)sizeof(start) ? ftruncate(file->fd, 0) : cut_torn_line(file->fd, size))
		return log_file_fail(file, errno, NULL);
	return true;
}

/* Appends all of it, or nothing. */
static bool log_file_append(struct log_file *file, off_t size, const char *text, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t n = write(file->fd, text + done, length - done);

		if (n < 0) {
			int error = errno;

			/* If even that fails, the next opening mends it. */
			if (done && ftruncate(file->fd, size))
				error = errno;
			return log_file_fail(file, error, NULL);
		}
		done += n;
	}
	return true;
}

/* Finds the file's size. An empty file gets a header first, also if it was emptied later. */
static bool find_size(struct log_file *file, off_t *size)
{
	struct stat status;

	if (fstat(file->fd, &status))
		return log_file_fail(file, errno, NULL);
	*size = status.st_size ?: (off_t)W3C_HEADER_SIZE;
	return status.st_size || log_file_append(file, 0, W3C_HEADER, W3C_HEADER_SIZE);
}

bool log_file_open(struct log_file *file)
{
	struct stat status;
	const char *why_not;
	off_t size;

	log_file_close(file);
	file->directory = open_log_directory(file->path, &file->name, file->problem);
	if (file->directory < 0) {
		file->error = ENOENT;
		return false;
	}
	file->fd = open_or_create(file);
	if (file->fd < 0)
		return log_file_fail(file, errno,
				     errno == ELOOP ? "a symbolic link, which is not followed" :
						      NULL);
	if (fstat(file->fd, &status))
		return log_file_fail(file, errno, NULL);
	why_not = why_not_a_log(&status);
	if (why_not)
		return log_file_fail(file, EPERM, why_not);
	return mend(file, status.st_size) && find_size(file, &size);
}

/* ---- Writing -------------------------------------------------------------------- */

/* The present file becomes PATH.old, unless it was moved away already. */
static bool rotate(struct log_file *file)
{
	char old[NETFWV6_PATH_SIZE + sizeof(".old")];

	snprintf(old, sizeof(old), "%s.old", file->name);
	if (log_file_is_in_place(file) &&
	    renameat(file->directory, file->name, file->directory, old)) {
		char sentence[128];
		int error = errno;

		snprintf(sentence, sizeof(sentence), "cannot be renamed to .old: %s",
			 strerror(error));
		return log_file_fail(file, error, sentence);
	}
	return log_file_open(file);
}

static bool append_line(struct log_file *file, const char *line, size_t length)
{
	off_t size;

	if (!find_size(file, &size))
		return false;
	if (size + length > file->maximum_size && (!rotate(file) || !find_size(file, &size)))
		return false;
	return log_file_append(file, size, line, length);
}

bool log_file_write(struct log_file *file, const char *line, size_t length)
{
	return (file->fd >= 0 || log_file_open(file)) && append_line(file, line, length);
}
