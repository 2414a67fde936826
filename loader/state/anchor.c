// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/anchor.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/lasting.h"
#include "state/netns.h"
#include "state/pins.h"
#include "state/pins_remove.h"
#include "state/record.h"
#include "util/error.h"

#define BPFFS "/sys/fs/bpf"
#define BASE BPFFS ANCHOR_BASE
#define BASE_MODE 0700
#define DIRECTORY_MODE 0755

struct anchors {
	struct lasting lasting;
	char base[64];
};

static void begin(struct anchors *anchors)
{
	lasting_open(&anchors->lasting);
	snprintf(anchors->base, sizeof(anchors->base), "%s" BASE, anchors->lasting.root);
}

static void end(struct anchors *anchors)
{
	lasting_close(&anchors->lasting);
}

/* A bpffs lets everybody make directories in it: what others could write in is not ours. */
static bool is_roots_own(const struct anchors *anchors)
{
	struct stat base;

	return lstat(anchors->base, &base) == 0 && S_ISDIR(base.st_mode) && base.st_uid == 0 &&
	       !(base.st_mode & 0022) && mountpoint_is_bpffs(anchors->base);
}

static bool is_serial(const char *name)
{
	return strlen(name) == ANCHOR_SERIAL_DIGITS &&
	       strspn(name, "0123456789abcdef") == ANCHOR_SERIAL_DIGITS;
}

/* Does the step for the directory of each state until it says true. */
static bool any(const struct anchors *anchors,
		bool (*step)(const struct anchors *, char *path, const void *context), char *path,
		const void *context)
{
	DIR *base = is_roots_own(anchors) ? opendir(anchors->base) : NULL;
	struct dirent *entry;
	bool found = false;

	while (base && !found && (entry = readdir(base))) {
		if (!is_serial(entry->d_name))
			continue;
		snprintf(path, ANCHOR_PATH_SIZE, "%s/%.*s", anchors->base, ANCHOR_SERIAL_DIGITS,
			 entry->d_name);
		found = step(anchors, path, context);
	}
	if (base)
		closedir(base);
	return found;
}

static bool same_directory(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

/* ---- Finding ------------------------------------------------------------------- */

/* Without links and dots; of a directory that is not there, by its parent. */
static bool resolve_parent(const char *dir, char path[PATH_MAX])
{
	char parent[PATH_MAX];
	const char *name = strrchr(dir, '/');

	if (realpath(dir, path))
		return true;
	snprintf(parent, sizeof(parent), "%.*s/", (int)(name - dir), dir);
	return realpath(parent, path) && strlen(path) + strlen(name) < PATH_MAX &&
	       strcat(path, path[1] ? name : name + 1);
}

static bool is_of(const struct anchors *anchors, char *path, const void *dir)
{
	struct root_record record;
	bool there;

	return NETFWV6_SUCCEEDED(record_read_any(path, &record, &there)) && there &&
	       record.mount_ns == anchors->lasting.number && strcmp(record.dir, dir) == 0;
}

bool anchor_find(const char *dir, char *path)
{
	struct anchors anchors;
	char resolved[PATH_MAX];
	bool found;

	begin(&anchors);
	found = resolve_parent(dir, resolved) && any(&anchors, is_of, path, resolved);
	end(&anchors);
	return found;
}

bool anchor_holds(const char *dir)
{
	struct lasting lasting;
	struct stat kept, state;
	char path[64];

	lasting_open(&lasting);
	snprintf(path, sizeof(path), "%s" BPFFS, lasting.root);
	lasting_close(&lasting);
	return stat(path, &kept) == 0 && stat(dir, &state) == 0 && kept.st_dev == state.st_dev;
}

/* ---- Making -------------------------------------------------------------------- */

bool anchor_base(bool to_make, char *path)
{
	struct anchors anchors;
	bool ours;

	begin(&anchors);
	if (to_make)
		mkdir(anchors.base, BASE_MODE);
	ours = is_roots_own(&anchors);
	strcpy(path, anchors.base);
	end(&anchors);
	return ours;
}

netfwv6_result anchor_make(const char *dir, struct root_record *record, char *path)
{
	struct anchors anchors;
	char resolved[PATH_MAX];
	netfwv6_result result = NETFWV6_S_OK;

	if (!resolve_parent(dir, resolved) || strlen(resolved) >= sizeof(record->dir))
		return fail_errno(ENAMETOOLONG, "cannot make the state directory %s", dir);
	begin(&anchors);
	strcpy(record->dir, resolved);
	record->mount_ns = anchors.lasting.number;
	snprintf(path, ANCHOR_PATH_SIZE, "%s/%0*" PRIx64, anchors.base, ANCHOR_SERIAL_DIGITS,
		 (uint64_t)record->serial);
	if (mkdir(path, DIRECTORY_MODE) || chmod(path, DIRECTORY_MODE)) /* whatever the umask */
		result = fail_errno(errno, "cannot make %s", path);
	end(&anchors);
	return result;
}

/* ---- Sweeping ------------------------------------------------------------------ */

static bool is_shown(const struct anchors *anchors, const char *path, const char *dir)
{
	char shown[PATH_MAX];

	snprintf(shown, sizeof(shown), "%s%s", anchors->lasting.root, dir);
	return same_directory(path, shown);
}

/* What nobody comes back for: it would stay for ever. */
static bool is_abandoned(const struct anchors *anchors, const char *path)
{
	struct root_record record;
	bool there;

	if (NETFWV6_FAILED(record_read_any(path, &record, &there)) || pins_filter(path))
		return false;
	return !there || (record.mount_ns == anchors->lasting.number &&
			  !is_shown(anchors, path, record.dir) && !netns_exists(record.netns));
}

static bool sweep_anchor(const struct anchors *anchors, char *path, const void *unused)
{
	(void)unused;
	if (!is_abandoned(anchors, path))
		return false;
	pins_remove_links(path); /* first: without a record they would be there for good */
	pins_remove(path);
	rmdir(path);
	return false;
}

void anchor_sweep(void)
{
	struct anchors anchors;
	char path[ANCHOR_PATH_SIZE];

	begin(&anchors);
	any(&anchors, sweep_anchor, path, NULL);
	if (is_roots_own(&anchors))
		rmdir(anchors.base); /* unless there are others */
	end(&anchors);
}
