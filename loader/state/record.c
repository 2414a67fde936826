// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/record.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/pins.h"
#include "util/error.h"
#include "util/scope.h"

#define FILTER_BITS 0x7fffffffu /* of the serial number, in the handle of a filter */

static const uint32_t record_key;

netfwv6_result record_damaged(const char *dir)
{
	return fail(NETFWV6_E_UNEXPECTED, "the state in %s is not netfwv6's, or damaged", dir);
}

/* ---- Reading --------------------------------------------------------------- */

static netfwv6_result take_any(const char *dir, int fd, struct root_record *record)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);
	char value[4096] = "";

	if (bpf_obj_get_info_by_fd(fd, &info, &size) || info.type != BPF_MAP_TYPE_ARRAY ||
	    info.value_size < sizeof(record->layout) || info.value_size > sizeof(value) ||
	    bpf_map_lookup_elem(fd, &record_key, value))
		return record_damaged(dir);
	memcpy(record, value, sizeof(*record));
	record->dir[sizeof(record->dir) - 1] = '\0';
	return NETFWV6_S_OK;
}

netfwv6_result record_read_any(const char *dir, struct root_record *record, bool *there)
{
	int fd CLEANUP(close_descriptor) = -1;

	TRY(pin_open_raw(dir, PIN_ROOT, BPF_F_RDONLY, &fd));
	*there = fd >= 0;
	if (!*there)
		return NETFWV6_S_OK;
	return take_any(dir, fd, record);
}

static netfwv6_result check_layout(const char *dir, uint32_t layout)
{
	if (layout < LAYOUT_VERSION)
		return fail(NETFWV6_E_UNEXPECTED,
			    "the state in %s has layout %u, this library has layout %u: with the "
			    "netfwv6 that made it, disable its devices and remove it, then set it "
			    "up anew",
			    dir, layout, LAYOUT_VERSION);
	if (layout > LAYOUT_VERSION)
		return fail(NETFWV6_E_UNEXPECTED,
			    "the state in %s has layout %u, this library knows no more than %u: "
			    "use the newer netfwv6 that made it",
			    dir, layout, LAYOUT_VERSION);
	return NETFWV6_S_OK;
}

netfwv6_result record_read(const char *dir, struct root_record *record, bool *there)
{
	int fd = -1;

	TRY(record_read_any(dir, record, there));
	if (*there)
		TRY(check_layout(dir, record->layout));
	if (*there)
		TRY(pin_open(dir, PIN_ROOT, BPF_F_RDONLY, &fd));
	*there = fd >= 0;
	if (*there)
		close(fd);
	return NETFWV6_S_OK;
}

/* ---- Writing --------------------------------------------------------------- */

netfwv6_result record_write(const char *dir, const struct root_record *record)
{
	int fd CLEANUP(close_descriptor) = -1;

	TRY(pin_open_existing(dir, PIN_ROOT, 0, &fd));
	if (bpf_map_update_elem(fd, &record_key, record, BPF_ANY))
		return fail_errno(errno, "cannot write the root record in %s", dir);
	return NETFWV6_S_OK;
}

netfwv6_result record_draw_serial(struct root_record *record)
{
	do
		if (getrandom(&record->serial, sizeof(record->serial), 0) != sizeof(record->serial))
			return fail_errno(errno, "cannot draw a random number");
	while (!(record->serial & FILTER_BITS));
	return NETFWV6_S_OK;
}

/* ---- The network namespace ------------------------------------------------- */

static netfwv6_result netns_cookie(__u64 *cookie)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*cookie);
	netfwv6_result result = NETFWV6_S_OK;

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size))
		result = fail_errno(errno, "cannot identify the network namespace");
	if (fd >= 0)
		close(fd);
	return result;
}

netfwv6_result record_take_namespace(struct root_record *record)
{
	struct stat ns;

	record->netns = stat("/proc/thread-self/ns/net", &ns) ? 0 : ns.st_ino;
	return netns_cookie(&record->netns_cookie);
}

netfwv6_result record_check_namespace(const struct root_record *record, const char *dir)
{
	__u64 cookie = 0;
	netfwv6_result result = netns_cookie(&cookie);

	if (NETFWV6_FAILED(result) || cookie == record->netns_cookie)
		return result;
	return fail(
		NETFWV6_E_ABORT,
		"the state in %s serves another network namespace: give this one a state of its "
		"own with --state DIR or NETFWV6_STATE",
		dir);
}
