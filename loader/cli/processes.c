// SPDX-License-Identifier: LGPL-2.1-or-later
#include "processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "cli.h"

static void close_directory(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

static bool add_holder(struct holders *holders, const struct holder *holder)
{
	if (holders->count == holders->room) {
		size_t room = holders->room ? 2 * holders->room : 256;
		struct holder *all = reallocarray(holders->all, room, sizeof(*all));

		if (!all)
			return false;
		holders->all = all;
		holders->room = room;
	}
	holders->all[holders->count++] = *holder;
	return true;
}

/* A process may have any name: what prctl(2) took. */
static void read_process_name(int proc, pid_t pid, char name[PRINTABLE_SIZE])
{
	char path[32], raw[NETFWV6_DEVICE_SIZE] = "";
	int fd CLEANUP(close_at) = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%d/comm", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, raw, sizeof(raw) - 1);
	raw[n > 0 ? n : 0] = '\0';
	raw[strcspn(raw, "\n")] = '\0';
	make_printable(raw, name);
}

static bool is_socket(int directory, const char *name, uint64_t *inode)
{
	char target[64];
	ssize_t n = readlinkat(directory, name, target, sizeof(target) - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	return sscanf(target, "socket:[%" SCNu64 "]", inode) == 1;
}

/* A process that is gone by now has nothing. */
static bool read_process(int proc, pid_t pid, struct holders *holders)
{
	struct holder holder = { .pid = pid };
	DIR *files CLEANUP(close_directory) = NULL;
	const struct dirent *file;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "%d/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == EACCES || errno == EPERM))
		holders->hidden = true;
	files = fd < 0 ? NULL : fdopendir(fd);
	while (files && (file = readdir(files))) {
		if (!is_socket(fd, file->d_name, &holder.inode))
			continue;
		if (!*holder.name)
			read_process_name(proc, pid, holder.name);
		if (!add_holder(holders, &holder))
			return false;
	}
	return true;
}

static int by_inode(const void *a, const void *b)
{
	const struct holder *left = a, *right = b;

	if (left->inode != right->inode)
		return left->inode < right->inode ? -1 : 1;
	return (left->pid > right->pid) - (left->pid < right->pid);
}

/* A process may have a socket under several numbers. */
static void sort_and_thin(struct holders *holders)
{
	size_t kept = 0;

	if (holders->count)
		qsort(holders->all, holders->count, sizeof(*holders->all), by_inode);
	for (size_t i = 0; i < holders->count; i++)
		if (!kept || by_inode(&holders->all[kept - 1], &holders->all[i]) != 0)
			holders->all[kept++] = holders->all[i];
	holders->count = kept;
}

int read_holders(struct holders *holders)
{
	DIR *proc CLEANUP(close_directory) = opendir("/proc");
	const struct dirent *entry;

	/* Where /proc hides those of others, process 1 is hidden, too. */
	holders->hidden = access("/proc/1", F_OK) != 0;
	while (proc && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0 && !read_process(dirfd(proc), pid, holders)) {
			complain("out of memory");
			return EXIT_OTHER;
		}
	}
	sort_and_thin(holders);
	return GO_ON;
}

const struct holder *find_holder(const struct holders *holders, uint64_t inode)
{
	size_t from = 0, to = holders->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (holders->all[middle].inode < inode)
			from = middle + 1;
		else
			to = middle;
	}
	return from < holders->count && holders->all[from].inode == inode ? &holders->all[from] :
									    NULL;
}
