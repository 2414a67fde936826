// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/pins.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "marks_layout.h"
#include "util/error.h"
#include "util/scope.h"

char *pin_path(const char *dir, char *path, const char *a, const char *b)
{
	snprintf(path, PIN_PATH_SIZE, "%s/%s%s%s", dir, a, b ? "/" : "", b ?: "");
	return path;
}

/* ---- Opening --------------------------------------------------------------- */

/*
 * Before Linux 6.0, or where it is set so, bpf() is for root alone, whatever the modes
 * of files say.
 */
static netfwv6_result open_failed(int error, const char *path)
{
	if (error == EPERM && geteuid() != 0 && access(path, R_OK) == 0)
		return fail(NETFWV6_E_NOTIMPL,
			    "this kernel lets nobody but root use maps, whatever the mode of %s "
			    "says: that takes Linux 6.0 or newer",
			    path);
	return fail_errno(error, "cannot open %s", path);
}

/* A kernel that refuses the call does not say whether there is anything. */
static bool is_missing(int error, const char *path)
{
	bool missing = error == ENOENT || error == ENOTDIR;

	if (error == EPERM && access(path, F_OK))
		missing = errno == ENOENT || errno == ENOTDIR;
	errno = error;
	return missing;
}

netfwv6_result pin_open_raw(const char *dir, enum pin pin, uint32_t flags, int *fd)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = flags);
	char path[PIN_PATH_SIZE];
	int got = bpf_obj_get_opts(pin_path(dir, path, pin_name(pin), NULL), &opts);

	if (got < 0 && !is_missing(errno, path))
		return open_failed(errno, path);
	*fd = got < 0 ? -1 : got;
	return NETFWV6_S_OK;
}

static bool has_layout(int fd, enum pin pin)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == pin_kinds[pin].type &&
	       info.key_size == pin_kinds[pin].key && info.value_size == pin_kinds[pin].value &&
	       info.max_entries == pin_kinds[pin].entries;
}

netfwv6_result pin_open(const char *dir, enum pin pin, uint32_t flags, int *fd)
{
	int got = -1;

	TRY(pin_open_raw(dir, pin, flags, &got));
	if (got >= 0 && !has_layout(got, pin)) {
		close(got);
		return fail(NETFWV6_E_UNEXPECTED,
			    "the state in %s is damaged: '%s' is no map of netfwv6's", dir,
			    pin_name(pin));
	}
	*fd = got;
	return NETFWV6_S_OK;
}

netfwv6_result pin_open_as_allowed(const char *dir, enum pin pin, int *fd)
{
	netfwv6_result result = pin_open(dir, pin, 0, fd);

	return result == NETFWV6_E_ACCESSDENIED ? pin_open(dir, pin, BPF_F_RDONLY, fd) : result;
}

netfwv6_result pin_open_existing(const char *dir, enum pin pin, uint32_t flags, int *fd)
{
	TRY(pin_open(dir, pin, flags, fd));
	return *fd < 0 ? fail(NETFWV6_E_UNEXPECTED, "the state in %s is damaged: '%s' is missing",
			      dir, pin_name(pin)) :
			 NETFWV6_S_OK;
}

/* ---- Making ---------------------------------------------------------------- */

int pin_make_ring(const char *map, uint32_t size)
{
	return bpf_map_create(BPF_MAP_TYPE_RINGBUF, map, 0, 0, size, NULL);
}

/* What marks depend on, for as long as they are kept. */
static netfwv6_result make_secret(int map)
{
	struct mark_secret secret;
	uint32_t key = 0;

	if (getrandom(&secret, sizeof(secret), 0) != sizeof(secret))
		return fail_errno(errno, "cannot make a secret");
	secret.ports |= 1;
	secret.stamps |= 1;
	if (bpf_map_update_elem(map, &key, &secret, BPF_ANY))
		return fail_errno(errno, "cannot keep the secret of the marks");
	return NETFWV6_S_OK;
}

netfwv6_result pin_make_map(enum pin pin, int *fd)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = pin_kinds[pin].flags);
	int map CLEANUP(close_descriptor) = -1;
	int ring CLEANUP(close_descriptor) = -1; /* it shows what the others will look like */

	if (pin_kinds[pin].type == BPF_MAP_TYPE_ARRAY_OF_MAPS)
		opts.inner_map_fd = ring =
			pin_make_ring(EVENTS_MAP, (uint32_t)sysconf(_SC_PAGESIZE));
	map = bpf_map_create(pin_kinds[pin].type, pin_kinds[pin].map, pin_kinds[pin].key,
			     pin_kinds[pin].value, pin_kinds[pin].entries, &opts);
	if (map < 0)
		return fail_errno(errno, "cannot create the map %s", pin_kinds[pin].map);
	if (pin == PIN_SECRET)
		TRY(make_secret(map));
	*fd = map;
	map = -1;
	return NETFWV6_S_OK;
}

static mode_t shared_mode(mode_t mode, gid_t group, mode_t bits)
{
	return group ? mode | bits : mode;
}

/* The mode first takes away, then the group is changed, then the mode gives. */
static bool share_with(const char *path, mode_t mode, mode_t bits, gid_t group)
{
	return chmod(path, mode) == 0 && chown(path, 0, group) == 0 &&
	       chmod(path, shared_mode(mode, group, bits)) == 0;
}

/* Leaves alone what has it already: its members must not be kept out for a moment. */
static bool share_anew(const char *path, mode_t mode, mode_t bits, gid_t group)
{
	struct stat now;

	if (stat(path, &now) == 0 && now.st_gid == group &&
	    (now.st_mode & 07777) == shared_mode(mode, group, bits))
		return true;
	return share_with(path, mode, bits, group);
}

static bool share_pin(const char *path, enum pin pin, gid_t group)
{
	return share_with(path, pin_kinds[pin].mode, 0020, group);
}

/* A new pin is of root alone. */
static bool pin_new(const char *path, enum pin pin, int fd, gid_t group)
{
	if (bpf_obj_pin(fd, path)) {
		if (errno != EEXIST || unlink(path) || bpf_obj_pin(fd, path))
			return false; /* else: of a killed process */
	}
	return group && pin_kinds[pin].shared ? share_pin(path, pin, group) :
						chmod(path, pin_kinds[pin].mode) == 0;
}

netfwv6_result pin_put(const char *dir, enum pin pin, int fd, gid_t group)
{
	char path[PIN_PATH_SIZE], new[PIN_PATH_SIZE + sizeof(PIN_NEW)];

	snprintf(new, sizeof(new), "%s%s", pin_path(dir, path, pin_name(pin), NULL), PIN_NEW);
	if (pin_new(new, pin, fd, group) && rename(new, path) == 0)
		return NETFWV6_S_OK;
	fail_errno(errno, "cannot pin %s", path);
	unlink(new);
	return NETFWV6_E_FAIL;
}

/* Who holds the old directory open, and perhaps locked, is left alone with it. */
static bool renew_lock(const char *dir, gid_t group)
{
	char path[PIN_PATH_SIZE], new[PIN_PATH_SIZE];

	pin_path(dir, path, LOCK_OF_NAMES, NULL);
	pin_path(dir, new, LOCK_OF_NAMES PIN_NEW, NULL);
	return (mkdir(new, 0700) == 0 || errno == EEXIST) && share_with(new, 0700, 0050, group) &&
	       rename(new, path) == 0;
}

netfwv6_result pins_renew_lock(const char *dir, gid_t group)
{
	return renew_lock(dir, group) ? NETFWV6_S_OK :
					fail_errno(errno, "cannot renew the lock in %s", dir);
}

netfwv6_result pins_make_directories(const char *dir)
{
	char path[PIN_PATH_SIZE];

	for (size_t i = 0; i < PINNED_DIRECTORIES; i++) {
		pin_path(dir, path, pinned_directories[i].pin, NULL);
		if (mkdir(path, pinned_directories[i].mode) ?
			    errno != EEXIST :
			    chmod(path, pinned_directories[i].mode) != 0)
			return fail_errno(errno, "cannot make %s", path);
	}
	return NETFWV6_S_OK;
}

/* ---- Maps of programs ------------------------------------------------------- */

static netfwv6_result share_pinned(struct bpf_map *map, const char *dir, const int *held,
				   enum pin pin)
{
	int fd CLEANUP(close_descriptor) = -1, error;

	if (pin >= PINS_HELD)
		TRY(pin_open_existing(dir, pin, 0, &fd));
	error = bpf_map__reuse_fd(map, pin < PINS_HELD ? held[pin] : fd);
	return error ? fail_errno(-error, "cannot use the map %s", pin_kinds[pin].map) :
		       NETFWV6_S_OK;
}

/* What programs address directly lies in a section, whose name libbpf gives the map. */
static struct bpf_map *map_of(const struct bpf_object *object, enum pin pin)
{
	char section[32];

	snprintf(section, sizeof(section), ".data.%s", pin_name(pin));
	return bpf_object__find_map_by_name(object, pin_kinds[pin].map) ?:
		       bpf_object__find_map_by_name(object, section);
}

netfwv6_result pins_share(struct bpf_object *object, const char *dir, const int *held)
{
	for (int pin = 0; pin < PINS; pin++) {
		struct bpf_map *map = map_of(object, pin);

		if (map)
			TRY(share_pinned(map, dir, held, pin));
	}
	return NETFWV6_S_OK;
}

/* ---- The group ------------------------------------------------------------- */

netfwv6_result pins_get_group(const char *dir, gid_t *group)
{
	char path[PIN_PATH_SIZE];
	struct stat ports;

	if (stat(pin_path(dir, path, pin_name(PIN_PORTS), NULL), &ports))
		return fail_errno(errno, "cannot look at %s", path);
	*group = ports.st_mode & 0020 ? ports.st_gid : 0;
	return NETFWV6_S_OK;
}

netfwv6_result pins_set_group(const char *dir, gid_t group)
{
	char path[PIN_PATH_SIZE];

	/* "ports" first, as it says who may hold descriptors. */
	for (int pin = 0; pin < PINS; pin++)
		if (pin_kinds[pin].shared && !share_anew(pin_path(dir, path, pin_name(pin), NULL),
							 pin_kinds[pin].mode, 0020, group))
			return fail_errno(errno, "cannot change the group of %s", path);
	return share_anew(pin_path(dir, path, LOCK_OF_NAMES, NULL), pinned_directories[0].mode,
			  0050, group) ?
		       NETFWV6_S_OK :
		       fail_errno(errno, "cannot change the group of %s", path);
}
