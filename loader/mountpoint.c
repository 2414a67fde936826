// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mountpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <mntent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "error.h"

#define DIRECTORY_MODE 0755
#define MOUNT_SOURCE "netfwv6" /* tells our mounts from others */
#define MOUNT_OPTIONS "mode=0755"
#define MOUNT_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

bool mountpoint_is_bpffs(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == BPF_FS_MAGIC;
}

static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool empty = true;

	if (!dir)
		return false;
	while (empty && (entry = readdir(dir)))
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	closedir(dir);
	return empty;
}

/* The parent of a process, or 0. */
static pid_t parent_of(pid_t pid)
{
	char path[32], line[256];
	pid_t parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file) && sscanf(line, "PPid: %d", &parent) != 1)
		;
	fclose(file);
	return parent;
}

/* The inode number of a process's mount namespace, 0 when it may not be seen. */
static ino_t mount_namespace_of(pid_t pid)
{
	char path[32];
	struct stat ns;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	return stat(path, &ns) == 0 ? ns.st_ino : 0;
}

/*
 * A descriptor of the mount namespace that lasts, or -1 and errno, which is 0 when this
 * is it. Where process 1 may not be asked, its topmost descendant above us may.
 */
static int lasting_namespace(void)
{
	ino_t own = mount_namespace_of(getpid());
	pid_t top = getpid();
	char path[32];

	for (pid_t pid = parent_of(top); pid > 0; pid = parent_of(pid))
		if (mount_namespace_of(pid))
			top = pid;
	errno = 0;
	if (mount_namespace_of(top) == own)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", top);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* What is done in the lasting namespace. */
struct task {
	int (*step)(const struct task *task); /* 0 or an errno value */
	const char *dir;
	int tree;	   /* a clone of the mount, for who attaches it */
	dev_t file_system; /* that is ours */
};

/* The child's only word. */
static int read_answer(int fd)
{
	ssize_t n;
	int error;

	do
		n = read(fd, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	return n == sizeof(error) ? error : EIO;
}

/*
 * Does a task in namespace ns, in a child: 0 or an errno value. The answer comes
 * through a pipe, as the host program may have its own ways with dead children.
 */
static int run_in(int ns, const struct task *task)
{
	int error, answer[2];
	pid_t child;

	if (pipe2(answer, O_CLOEXEC))
		return errno;
	child = fork();
	if (child == 0) {
		error = setns(ns, CLONE_NEWNS) ? errno : task->step(task);
		_exit(write(answer[1], &error, sizeof(error)) != sizeof(error));
	}
	error = errno;
	close(answer[1]);
	if (child > 0) {
		error = read_answer(answer[0]);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(answer[0]);
	return error;
}

static bool is_ours(const struct task *task)
{
	struct stat there;

	return stat(task->dir, &there) == 0 && there.st_dev == task->file_system;
}

static int attach_tree(const struct task *task)
{
	bool made = mkdir(task->dir, DIRECTORY_MODE) == 0;
	int error;

	if (!made && errno != EEXIST)
		return errno;
	if (is_ours(task))
		return 0; /* mounts propagate from here to there */
	if (mountpoint_is_bpffs(task->dir))
		return EEXIST;
	if (!move_mount(task->tree, "", AT_FDCWD, task->dir, MOVE_MOUNT_F_EMPTY_PATH))
		return 0;
	error = errno;
	if (made)
		rmdir(task->dir);
	return error;
}

/* With the directory under it, and nothing that others have mounted there. */
static int detach_tree(const struct task *task)
{
	if (!is_ours(task))
		return 0;
	if (umount2(task->dir, UMOUNT_NOFOLLOW))
		return errno;
	rmdir(task->dir);
	return 0;
}

static int attach_in(int ns, const char *dir)
{
	struct task task = { .step = attach_tree, .dir = dir };
	struct stat here;
	int error;

	task.tree = open_tree(AT_FDCWD, dir, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (task.tree < 0)
		return errno;
	if (fstat(task.tree, &here)) {
		error = errno;
		close(task.tree);
		return error;
	}
	task.file_system = here.st_dev;
	error = run_in(ns, &task);
	close(task.tree);
	if (error) {
		task.step = detach_tree; /* if the child was killed behind its step */
		run_in(ns, &task);
	}
	return error;
}

/* Shows the file system mounted at dir in the lasting namespace, too. */
static int attach_there(const char *dir)
{
	int ns = lasting_namespace(), error;

	if (ns < 0)
		return errno;
	error = attach_in(ns, dir);
	close(ns);
	return error;
}

static netfwv6_result make_it_last(const char *dir)
{
	int error = attach_there(dir);

	if (!error)
		return NETFWV6_S_OK;
	if (error == EEXIST)
		return fail(NETFWV6_E_ABORT,
			    "the state in %s exists, but not in the mount namespace of this "
			    "process: use "
			    "'nsenter --net=/run/netns/NAME' from outside",
			    dir);
	fail_errno(error,
		   "this process has a mount namespace of its own (as under 'ip netns exec'), so "
		   "the state in %s would vanish with it; run 'mount -t bpf bpf %s' outside first, "
		   "or use 'nsenter --net=/run/netns/NAME' instead",
		   dir, dir);
	return NETFWV6_E_ABORT;
}

static netfwv6_result mount_bpffs(const char *dir)
{
	netfwv6_result result;

	if (!is_empty(dir))
		return fail(NETFWV6_E_INVALIDARG,
			    "state directory %s is neither empty nor on a bpffs: name another",
			    dir);
	if (mount(MOUNT_SOURCE, dir, "bpf", MOUNT_FLAGS, MOUNT_OPTIONS))
		return fail_errno(errno, "cannot mount a bpffs on %s", dir);
	result = make_it_last(dir);
	if (NETFWV6_FAILED(result))
		umount2(dir, UMOUNT_NOFOLLOW);
	return result;
}

netfwv6_result mountpoint_ensure(const char *dir)
{
	bool made = mkdir(dir, DIRECTORY_MODE) == 0;
	netfwv6_result result;

	if (!made && errno != EEXIST)
		return fail_errno(errno, "cannot make the state directory %s", dir);
	if (made)
		chmod(dir, DIRECTORY_MODE); /* whatever the umask */
	if (mountpoint_is_bpffs(dir))
		return NETFWV6_S_OK;
	result = mount_bpffs(dir);
	if (NETFWV6_FAILED(result) && made)
		rmdir(dir);
	return result;
}

/* Is what is mounted at path, in this mount namespace, a mount of ours? */
static bool is_our_mount(const char *path)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char line[4096];
	bool ours = false;

	if (!mounts)
		return false;
	/* The last one lies on top. */
	while (getmntent_r(mounts, &entry, line, sizeof(line)))
		if (strcmp(entry.mnt_dir, path) == 0)
			ours = strcmp(entry.mnt_fsname, MOUNT_SOURCE) == 0;
	endmntent(mounts);
	return ours;
}

static void detach_there(const char *dir)
{
	struct task task = { .step = detach_tree, .dir = dir };
	int ns = lasting_namespace();
	struct stat here;

	if (ns < 0)
		return;
	if (stat(dir, &here) == 0) {
		task.file_system = here.st_dev;
		run_in(ns, &task);
	}
	close(ns);
}

void mountpoint_remove(const char *dir)
{
	char path[PATH_MAX]; /* as the kernel lists it: without links and dots */

	if (!realpath(dir, path) || !is_our_mount(path))
		return;
	detach_there(path);
	umount2(path, UMOUNT_NOFOLLOW);
	rmdir(path);
}
