// SPDX-License-Identifier: LGPL-2.1-or-later
#include "locks.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "error.h"

#define ADMINISTRATION_LOCK "/run/netfwv6.lock"

static netfwv6_result lock_fd(int fd, int *lock, const char *path)
{
	if (fd < 0)
		return fail_errno(errno, "cannot open the lock %s", path);
	while (flock(fd, LOCK_EX)) {
		if (errno != EINTR) {
			netfwv6_result result = fail_errno(errno, "cannot lock %s", path);

			close(fd);
			return result;
		}
	}
	*lock = fd;
	return NETFWV6_S_OK;
}

netfwv6_result lock_administration(int *lock)
{
	int fd = open(ADMINISTRATION_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return fail(NETFWV6_E_ACCESSDENIED, "only root may do this (it takes %s)",
			    ADMINISTRATION_LOCK);
	return lock_fd(fd, lock, ADMINISTRATION_LOCK);
}

netfwv6_result lock_names(const struct root *root, int *lock)
{
	char path[PIN_PATH_SIZE];

	pin_path(root->dir, path, "lock", NULL);
	return lock_fd(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), lock, path);
}

void unlock(int lock)
{
	flock(lock, LOCK_UN);
	close(lock);
}
