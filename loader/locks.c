// SPDX-License-Identifier: LGPL-2.1-or-later
#include "locks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "error.h"

#define ADMINISTRATION_LOCK "/run/netfwv6.lock"

/* Nobody holds the names lock for longer than some milliseconds, unless he was stopped. */
#define PATIENCE_NANOSECONDS 5000000000ll
#define POLL_FIRST 20000l
#define POLL_LAST 1000000l

/* flock() knows no limit, and a signal is not ours to use. */
static int lock_within(int fd, int64_t patience)
{
	struct timespec poll = { .tv_nsec = POLL_FIRST };

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK || patience <= 0)
			return errno;
		nanosleep(&poll, NULL);
		patience -= poll.tv_nsec;
		if (poll.tv_nsec < POLL_LAST)
			poll.tv_nsec *= 2;
	}
	return 0;
}

static int lock_whenever(int fd)
{
	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			return errno;
	return 0;
}

/* Takes fd over, which may be -1 and errno. patience 0: none is needed. */
static netfwv6_result lock_fd(int fd, int64_t patience, int *lock, const char *path)
{
	int error = fd < 0 ? errno : patience ? lock_within(fd, patience) : lock_whenever(fd);

	if (!error) {
		*lock = fd;
		return NETFWV6_S_OK;
	}
	if (fd >= 0)
		close(fd);
	if (error == EWOULDBLOCK)
		return fail(NETFWV6_E_ABORT,
			    "somebody holds the lock %s and does not let go: 'netfwv6 init "
			    "--rebuild' as root makes another",
			    path);
	return fail_errno(error, "cannot lock %s", path);
}

netfwv6_result lock_administration(int *lock)
{
	int fd = open(ADMINISTRATION_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return fail(NETFWV6_E_ACCESSDENIED, "only root may do this (it takes %s)",
			    ADMINISTRATION_LOCK);
	return lock_fd(fd, 0, lock, ADMINISTRATION_LOCK);
}

netfwv6_result lock_names(const struct root *root, int *lock)
{
	char path[PIN_PATH_SIZE];

	pin_path(root->dir, path, "lock", NULL);
	return lock_fd(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), PATIENCE_NANOSECONDS, lock,
		       path);
}

void unlock(int lock)
{
	flock(lock, LOCK_UN);
	close(lock);
}
