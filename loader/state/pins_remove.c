// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/pins_remove.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "state/pins.h"

#define LINK_TYPE_TCX 11 /* of newer headers than Debian 12 has; it tells what XDP's does */

/* Does found for each pin in a directory until it says true. */
static bool any_in(const char *dir, const char *directory, bool (*found)(const char *path))
{
	char path[PIN_PATH_SIZE];
	DIR *pins = opendir(pin_path(dir, path, directory, NULL));
	struct dirent *entry;
	bool any = false;

	while (pins && !any && (entry = readdir(pins)))
		any = *entry->d_name != '.' && found(pin_path(dir, path, directory, entry->d_name));
	if (pins)
		closedir(pins);
	return any;
}

static bool exists(const char *path)
{
	(void)path;
	return true;
}

static bool unpin(const char *path)
{
	unlink(path);
	return false;
}

bool pins_have_links(const char *dir)
{
	return any_in(dir, LOCK_OF_STATE, exists);
}

/* A link whose device is gone has none for good. */
static bool has_a_device(const char *path)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	int link = bpf_obj_get(path);
	bool got = link >= 0 && !bpf_obj_get_info_by_fd(link, &info, &size);

	if (link >= 0)
		close(link);
	/* What cannot be asked may have one. */
	return !got ||
	       ((info.type == BPF_LINK_TYPE_XDP || info.type == LINK_TYPE_TCX) && info.xdp.ifindex);
}

bool pins_filter(const char *dir)
{
	return any_in(dir, LOCK_OF_STATE, has_a_device);
}

void pins_remove_links(const char *dir)
{
	any_in(dir, LOCK_OF_STATE, unpin);
}

/* Is it the name of a map's pin, or of one that was to become that? */
static bool is_map(const char *name)
{
	for (int pin = 0; pin < PINS; pin++) {
		size_t length = strlen(pin_name(pin));

		if (strncmp(name, pin_name(pin), length) == 0 &&
		    (!name[length] || strcmp(name + length, PIN_NEW) == 0))
			return true;
	}
	return false;
}

static bool unpin_map(const char *path)
{
	if (is_map(strrchr(path, '/') + 1))
		unlink(path);
	return false;
}

void pins_clear(const char *dir)
{
	char path[PIN_PATH_SIZE];

	unlink(pin_path(dir, path, pin_name(PIN_ROOT), NULL));
	any_in(dir, ".", unpin_map);
	unlink(pin_path(dir, path, PIN_LASTLINE, NULL));
	unlink(pin_path(dir, path, PIN_LASTLINE PIN_NEW, NULL));
	unlink(pin_path(dir, path, PIN_LOGWATCH, NULL));
	unlink(pin_path(dir, path, PIN_LOGRING, NULL));
	any_in(dir, PIN_COUNTS, unpin);
}

void pins_remove(const char *dir)
{
	char path[PIN_PATH_SIZE];

	pins_clear(dir);
	for (size_t i = 0; i < PINNED_DIRECTORIES; i++)
		rmdir(pin_path(dir, path, pinned_directories[i].pin, NULL));
	rmdir(pin_path(dir, path, LOCK_OF_NAMES PIN_NEW, NULL));
}
