// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/mountpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "state/lasting.h"
#include "util/error.h"

#define DIRECTORY_MODE 0755
#define MOUNT_SOURCE "netfwv6" /* tells our file systems from others */
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

/* An errno value; made: it was not there. */
static int make_directory(const char *dir, bool *made)
{
	*made = mkdir(dir, DIRECTORY_MODE) == 0;
	if (!*made && errno != EEXIST)
		return errno;
	if (*made)
		chmod(dir, DIRECTORY_MODE); /* whatever the umask */
	return 0;
}

static bool is_same(const struct stat *directory, const char *dir)
{
	struct stat there;

	return stat(dir, &there) == 0 && there.st_dev == directory->st_dev &&
	       there.st_ino == directory->st_ino;
}

/* ---- Ours or not ----------------------------------------------------------------- */

struct mounted {
	char root[PATH_MAX]; /* the directory of its file system that it shows */
	char type[32], source[PATH_MAX];
};

/* What lies on top at dir; false where that is no mount point. */
static bool find_mount(const char *dir, struct mounted *mounted)
{
	FILE *mounts;
	struct statx at;
	char line[3 * PATH_MAX];
	unsigned long long id;
	bool found = false;

	if (statx(AT_FDCWD, dir, 0, STATX_MNT_ID, &at) ||
	    !(at.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return false;
	mounts = fopen("/proc/self/mountinfo", "re");
	while (mounts && !found && fgets(line, sizeof(line), mounts)) {
		const char *rest = strstr(line, " - ");

		found = rest && sscanf(line, "%llu %*s %*s %4095s", &id, mounted->root) == 2 &&
			id == at.stx_mnt_id &&
			sscanf(rest, " - %31s %4095s", mounted->type, mounted->source) == 2;
	}
	if (mounts)
		fclose(mounts);
	return found;
}

/* The place of a state may have been removed under its mount, and then says so. */
static bool shows_anchor(const char *root)
{
	const char *base = strstr(root, ANCHOR_BASE "/");
	const char *serial = base ? base + strlen(ANCHOR_BASE "/") : "";
	size_t digits = strspn(serial, "0123456789abcdef");

	return digits == ANCHOR_SERIAL_DIGITS &&
	       (!serial[digits] || strcmp(serial + digits, "//deleted") == 0);
}

enum owner { NOBODYS, SHOWS_ANCHOR, OWN_BPFFS };

static enum owner owner_of(const char *dir)
{
	struct mounted mounted;

	if (!find_mount(dir, &mounted) || strcmp(mounted.type, "bpf") != 0)
		return NOBODYS;
	return shows_anchor(mounted.root)		 ? SHOWS_ANCHOR :
	       strcmp(mounted.source, MOUNT_SOURCE) == 0 ? OWN_BPFFS :
							   NOBODYS;
}

/* ---- Preparing ------------------------------------------------------------------- */

/* Also one that is not there, and would be. */
static bool is_on_bpffs(const char *dir)
{
	char parent[PATH_MAX];

	if (access(dir, F_OK) == 0 || errno != ENOENT)
		return mountpoint_is_bpffs(dir);
	snprintf(parent, sizeof(parent), "%.*s/", (int)(strrchr(dir, '/') - dir), dir);
	return mountpoint_is_bpffs(parent);
}

netfwv6_result mountpoint_prepare(const char *dir, bool *to_mount)
{
	bool made;
	int error;

	if (owner_of(dir) == SHOWS_ANCHOR)
		mountpoint_remove(dir, dir);
	*to_mount = !is_on_bpffs(dir);
	if (!*to_mount) {
		error = make_directory(dir, &made);
		return error ? fail_errno(error, "cannot make the state directory %s", dir) :
			       NETFWV6_S_OK;
	}
	if (access(dir, F_OK) == 0 && !is_empty(dir))
		return fail(NETFWV6_E_INVALIDARG,
			    "state directory %s is neither empty nor on a bpffs: name another",
			    dir);
	return NETFWV6_S_OK;
}

/* ---- Showing the place of a state ---------------------------------------------------- */

struct showing {
	const char *dir, *path;
	struct stat what; /* the directory that dir shows */
	int tree;	  /* a clone of its mount, for who attaches it */
};

/* Mounts one or the other where it is not mounted yet; mounts may also come by themselves. */
static int mount_at(const struct showing *showing)
{
	bool made;
	int error = make_directory(showing->dir, &made);

	if (error || is_same(&showing->what, showing->dir))
		return error;
	if (showing->path)
		error = mount(showing->path, showing->dir, "none", MS_BIND, NULL) ? errno : 0;
	else
		error = move_mount(showing->tree, "", AT_FDCWD, showing->dir,
				   MOVE_MOUNT_F_EMPTY_PATH) ?
				errno :
				0;
	if (error && made)
		rmdir(showing->dir);
	return error;
}

static int show_there(const void *context, int *tree)
{
	const struct showing *showing = context;
	int error = mount_at(showing);

	if (error)
		return error;
	*tree = open_tree(AT_FDCWD, showing->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return *tree < 0 ? errno : 0;
}

/* In the lasting mount namespace, and what that hands over here. */
static int show_in_both(const struct lasting *lasting, const struct showing *showing)
{
	struct showing here = *showing;
	int error;

	here.path = NULL;
	here.tree = -1;
	error = lasting_run(lasting, show_there, showing, &here.tree);
	if (!error)
		error = mount_at(&here);
	if (here.tree >= 0)
		close(here.tree);
	return error;
}

netfwv6_result mountpoint_show(const char *path, const char *dir)
{
	struct showing showing = { .dir = dir };
	struct lasting lasting;
	int error = stat(path, &showing.what) ? errno : 0;

	lasting_open(&lasting);
	showing.path = path + strlen(lasting.root);
	if (!error)
		error = lasting.error  ? lasting.error :
			lasting.ns < 0 ? mount_at(&showing) :
					 show_in_both(&lasting, &showing);
	lasting_close(&lasting);
	return error ? fail_errno(error, "cannot mount %s on %s", path, dir) : NETFWV6_S_OK;
}

/* ---- A bpffs of its own ---------------------------------------------------------------- */

static int attach_there(const void *context, int *unused)
{
	const struct showing *showing = context;

	(void)unused;
	return !is_same(&showing->what, showing->dir) && mountpoint_is_bpffs(showing->dir) ?
		       EEXIST :
		       mount_at(showing);
}

/* Shows the file system mounted at dir in the lasting namespace, too. */
static int make_it_last(const struct lasting *lasting, const char *dir)
{
	struct showing showing = { .dir = dir };
	int error;

	showing.tree = open_tree(AT_FDCWD, dir, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (showing.tree < 0)
		return errno;
	error = fstat(showing.tree, &showing.what) ? errno : 0;
	if (!error)
		error = lasting_run(lasting, attach_there, &showing, NULL);
	close(showing.tree);
	return error;
}

static netfwv6_result does_not_last(int error, const char *dir)
{
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

netfwv6_result mountpoint_mount(const char *dir)
{
	struct lasting lasting;
	bool made;
	int error = make_directory(dir, &made);

	if (error)
		return fail_errno(error, "cannot make the state directory %s", dir);
	if (mount(MOUNT_SOURCE, dir, "bpf", MOUNT_FLAGS, MOUNT_OPTIONS)) {
		error = errno;
		if (made)
			rmdir(dir);
		return fail_errno(error, "cannot mount a bpffs on %s", dir);
	}
	lasting_open(&lasting);
	error = lasting.ns < 0 ? lasting.error : make_it_last(&lasting, dir);
	lasting_close(&lasting);
	if (!error)
		return NETFWV6_S_OK;
	mountpoint_remove(dir, dir); /* there as well, if the child was killed behind its step */
	return does_not_last(error, dir);
}

/* ---- Removing ------------------------------------------------------------------------- */

/*
 * Ours alone, and none of another state's. Nothing is pinned there any more, so it does not
 * matter who still has a file open.
 */
static int unmount_and_remove(const void *context, int *unused)
{
	const struct showing *showing = context;
	char path[PATH_MAX]; /* without links: a link stays */
	bool ours = false;

	(void)unused;
	if (!realpath(showing->dir, path))
		return errno;
	while (owner_of(path) != NOBODYS && is_same(&showing->what, path) &&
	       umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		ours = true;
	if (ours)
		rmdir(path);
	return 0;
}

void mountpoint_remove(const char *dir, const char *path)
{
	struct showing showing = { .dir = dir };
	struct lasting lasting;

	if (stat(path, &showing.what))
		return;
	lasting_open(&lasting);
	if (lasting.ns >= 0)
		lasting_run(&lasting, unmount_and_remove, &showing, NULL);
	lasting_close(&lasting);
	unmount_and_remove(&showing, NULL);
}
