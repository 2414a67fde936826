// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 40 /* as the kernel has it */

/* A walk from directory to directory: where it is, and the way that is left. */
struct walk {
	int at;
	int links; /* how many were followed */
	bool astray;
	char way[PATH_MAX];
};

static bool others_can_write(const struct stat *directory)
{
	return (directory->st_uid != 0 && directory->st_uid != geteuid()) ||
	       directory->st_mode & (S_IWGRP | S_IWOTH);
}

static int move_to(struct walk *walk, int directory)
{
	if (directory < 0)
		return -1;
	if (walk->at >= 0)
		close(walk->at);
	walk->at = directory;
	return 0;
}

static int move_to_root(struct walk *walk)
{
	return move_to(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* Takes the next name off the way; "" at its end. */
static void take_name(struct walk *walk, char *name)
{
	const char *start = walk->way + strspn(walk->way, "/");
	size_t length = strcspn(start, "/");

	memcpy(name, start, length);
	name[length] = '\0';
	memmove(walk->way, start + length, strlen(start + length) + 1);
}

/* Puts what a link in this directory says in front of the way. */
static int follow(struct walk *walk, int link)
{
	char target[PATH_MAX];
	struct stat directory;
	size_t left = strlen(walk->way);
	ssize_t length;

	if (fstat(walk->at, &directory))
		return -1;
	walk->astray = others_can_write(&directory);
	length = readlinkat(link, "", target, sizeof(target));
	if (walk->astray || length < 0)
		return -1;
	if (++walk->links > MAX_LINKS || length + left >= sizeof(walk->way)) {
		errno = ELOOP;
		return -1;
	}
	memmove(walk->way + length, walk->way, left + 1);
	memcpy(walk->way, target, length);
	return *target == '/' ? move_to_root(walk) : 0;
}

static int step(struct walk *walk, const char *name)
{
	int next = openat(walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), error = -1;
	struct stat status;

	if (next < 0)
		return -1;
	if (fstat(next, &status) == 0) {
		if (S_ISDIR(status.st_mode))
			return move_to(walk, next);
		errno = ENOTDIR;
		if (S_ISLNK(status.st_mode))
			error = follow(walk, next);
	}
	close(next);
	return error;
}

static int walk_to_end(struct walk *walk, const char *path, size_t length)
{
	char name[PATH_MAX];

	if (length >= sizeof(walk->way)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(walk->way, path, length);
	if (move_to_root(walk))
		return -1;
	for (take_name(walk, name); *name; take_name(walk, name))
		if (step(walk, name))
			return -1;
	return 0;
}

int open_log_directory(const char *path, const char **name, char *problem)
{
	const char *last = strrchr(path, '/') + 1;
	struct walk walk = { .at = -1 };

	if (walk_to_end(&walk, path, last - path) == 0) {
		*name = last;
		return walk.at;
	}
	snprintf(problem, PROBLEM_SIZE, "%s: %s", path,
		 walk.astray ? "a symbolic link on the way lies in a directory that others than "
			       "root can write, so it is not followed" :
			       strerror(errno));
	if (walk.at >= 0)
		close(walk.at);
	return -1;
}
