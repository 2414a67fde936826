// SPDX-License-Identifier: LGPL-2.1-or-later
#include "locks.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "error.h"

#define ADMINISTRATION_LOCK "/run/netfwv6.lock"

/* Nobody holds the names lock for longer than some milliseconds, unless he was stopped. */
#define PATIENCE_POLLS 5000

/* Tries until it has the lock, at most so many milliseconds; forever without a limit. */
static int try_lock(int fd, int polls)
{
	const struct timespec poll = { .tv_nsec = 1000000 };
	int flags = polls ? LOCK_EX | LOCK_NB : LOCK_EX;

	while (flock(fd, flags)) {
		if (errno == EWOULDBLOCK && polls-- > 1)
			nanosleep(&poll, NULL);
		else if (errno != EINTR)
			return errno;
	}
	return 0;
}

static netfwv6_result lock_fd(int fd, int polls, int *lock, const char *path)
{
	int error = fd < 0 ? errno : try_lock(fd, polls);

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
	return lock_fd(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), PATIENCE_POLLS, lock, path);
}

void unlock(int lock)
{
	flock(lock, LOCK_UN);
	close(lock);
}
