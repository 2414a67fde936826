// SPDX-License-Identifier: LGPL-2.1-or-later
/* The log's settings: INetFwV6Mgr's LogDroppedPackets and its neighbours. */
#include "log_settings.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "locks.h"
#include "tap.h"
#include "utf8.h"
#include "watch.h"

_Static_assert(LOG_PATH_SIZE == NETFWV6_PATH_SIZE, "a path fits its record");

#define PIN_MODE 0600
#define RATE_DEFAULT 1000u
#define SIZE_DEFAULT 4194304u
#define SIZE_MIN 4096u
#define PATH_DEFAULT "/var/log/netfwv6.log"

static const struct log_record defaults = { .rate = RATE_DEFAULT,
					    .maximum_size = SIZE_DEFAULT,
					    .path = PATH_DEFAULT };

/* ---- The record ---------------------------------------------------------------- */

/* A record of zeros was never written. */
static netfwv6_result read_record(const struct root *root, struct log_record *record)
{
	netfwv6_result result;
	uint32_t key = 0;
	int fd = -1;

	*record = defaults;
	if (root->state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	result = pin_open_existing(root->dir, PIN_LOGGING, BPF_F_RDONLY, &fd);
	if (NETFWV6_FAILED(result))
		return result;
	if (bpf_map_lookup_elem(fd, &key, record))
		result = fail_errno(errno, "cannot read the log's settings in %s", root->dir);
	else if (!record->maximum_size)
		*record = defaults;
	close(fd);
	record->path[sizeof(record->path) - 1] = '\0';
	return result;
}

static netfwv6_result write_record(const struct root *root, const struct log_record *record)
{
	netfwv6_result result;
	uint32_t key = 0;
	int fd = -1;

	result = pin_open_existing(root->dir, PIN_LOGGING, 0, &fd);
	if (NETFWV6_FAILED(result))
		return result;
	if (bpf_map_update_elem(fd, &key, record, BPF_ANY))
		result = fail_errno(errno, "cannot write the log's settings in %s", root->dir);
	close(fd);
	return result;
}

bool log_is_set(const struct root *root)
{
	struct log_record record;

	return NETFWV6_SUCCEEDED(read_record(root, &record)) &&
	       memcmp(&record, &defaults, sizeof(record)) != 0;
}

/* ---- What it does ---------------------------------------------------------------- */

static uint32_t size_of(int ring)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(ring, &info, &size) ? 0 : info.max_entries;
}

netfwv6_result log_ring(const struct netfwv6_mgr *mgr, struct control *control, int *fd,
			uint32_t *size)
{
	char path[PIN_PATH_SIZE];
	netfwv6_result result = NETFWV6_S_OK;
	int ring = bpf_obj_get(pin_path(mgr->root.dir, path, PIN_LOGRING, NULL));

	if (ring < 0) {
		ring = pin_make_ring(RING_DEFAULT);
		if (ring < 0)
			return fail_errno(errno, "cannot make the log's ring buffer");
		result = tap_forget(mgr, control, TAP_LOG);
		if (NETFWV6_SUCCEEDED(result))
			result = tap_put_ring(mgr, TAP_LOG, ring);
		if (NETFWV6_SUCCEEDED(result) && (bpf_obj_pin(ring, path) || chmod(path, PIN_MODE)))
			result = fail_errno(errno, "cannot pin %s", path);
	}
	if (NETFWV6_FAILED(result)) {
		close(ring);
		return result;
	}
	*size = size_of(ring);
	*fd = ring;
	if (*size)
		return NETFWV6_S_OK;
	close(ring);
	return fail(NETFWV6_E_UNEXPECTED, "%s is no ring buffer", path);
}

static netfwv6_result start_watch(const struct netfwv6_mgr *mgr)
{
	char path[PIN_PATH_SIZE];
	netfwv6_result result;
	int link = -1;

	if (access(pin_path(mgr->root.dir, path, PIN_LOGWATCH, NULL), F_OK) == 0)
		return NETFWV6_S_OK;
	result = watch_attach(mgr, TAP_LOG, &link);
	if (NETFWV6_FAILED(result))
		return result;
	if (bpf_obj_pin(link, path) || chmod(path, PIN_MODE))
		result = fail_errno(errno, "cannot pin %s", path);
	close(link);
	return result;
}

static void stop_watch(const struct netfwv6_mgr *mgr)
{
	char path[PIN_PATH_SIZE];

	unlink(pin_path(mgr->root.dir, path, PIN_LOGWATCH, NULL));
}

/* Makes the kernel do as the record says. */
static netfwv6_result apply(const struct netfwv6_mgr *mgr, const struct log_record *record)
{
	struct control *control;
	netfwv6_result result = control_map(&mgr->root, &control);
	int ring = -1;
	uint32_t size;

	if (NETFWV6_FAILED(result))
		return result;
	control->tap[TAP_LOG].rate = record->rate;
	control_renew(control, TAP_LOG, LEASE_FOREVER);
	if (record->flags)
		result = log_ring(mgr, control, &ring, &size);
	if (ring >= 0)
		close(ring);
	if (NETFWV6_SUCCEEDED(result) && record->flags & LOG_CONNECTIONS)
		result = start_watch(mgr);
	else if (NETFWV6_SUCCEEDED(result))
		stop_watch(mgr);
	if (NETFWV6_SUCCEEDED(result) && record->flags & LOG_DROPPED)
		control_set(control, 1u << TAP_LOG);
	else if (NETFWV6_SUCCEEDED(result))
		control_clear(control, 1u << TAP_LOG);
	control_unmap(control);
	return result;
}

void log_adopt(const struct netfwv6_mgr *mgr)
{
	struct log_record record;

	stop_watch(mgr); /* it tells of the former one's connections */
	if (NETFWV6_SUCCEEDED(read_record(&mgr->root, &record)) && record.flags & LOG_CONNECTIONS)
		start_watch(mgr);
}

/* ---- Putting ---------------------------------------------------------------------- */

typedef void (*change_fn)(struct log_record *record, const void *value);

/* With the administration lock held. What cannot be done is not recorded. */
static netfwv6_result change_locked(struct netfwv6_mgr *mgr, change_fn change, const void *value)
{
	struct log_record before, after;
	netfwv6_result result = root_open(&mgr->root, &mgr->policy);

	if (NETFWV6_SUCCEEDED(result))
		result = read_record(&mgr->root, &before);
	if (NETFWV6_FAILED(result))
		return result;
	after = before;
	change(&after, value);
	/* Else it is applied also if it is recorded: who recorded it may have been killed. */
	if (mgr->root.state == ROOT_ABSENT && memcmp(&before, &after, sizeof(after)) == 0)
		return NETFWV6_S_OK;
	result = mgr_create(mgr, 0);
	if (NETFWV6_SUCCEEDED(result))
		result = apply(mgr, &after);
	if (NETFWV6_SUCCEEDED(result))
		result = write_record(&mgr->root, &after);
	if (NETFWV6_FAILED(result) && mgr->root.state == ROOT_WRITABLE)
		apply(mgr, &before);
	return result;
}

static netfwv6_result put(struct netfwv6_mgr *mgr, change_fn change, const void *value)
{
	netfwv6_result result;

	if (!mgr)
		return fail(NETFWV6_E_POINTER, "the manager is null");
	pthread_mutex_lock(&mgr->root_mutex);
	result = lock_administration(mgr);
	if (NETFWV6_SUCCEEDED(result)) {
		result = change_locked(mgr, change, value);
		unlock_administration(mgr);
	}
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

static netfwv6_result get(struct netfwv6_mgr *mgr, const void *out, struct log_record *record)
{
	netfwv6_result result;

	if (!mgr || !out)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the answer's out-pointer" : "the manager");
	pthread_mutex_lock(&mgr->root_mutex);
	result = mgr_refresh(mgr, MGR_READ);
	if (NETFWV6_SUCCEEDED(result))
		result = read_record(&mgr->root, record);
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

/* ---- The properties ---------------------------------------------------------------- */

static netfwv6_result get_flag(struct netfwv6_mgr *mgr, uint32_t flag, bool *on)
{
	struct log_record record;
	netfwv6_result result = get(mgr, on, &record);

	if (NETFWV6_SUCCEEDED(result))
		*on = record.flags & flag;
	return result;
}

static void change_dropped(struct log_record *record, const void *on)
{
	record->flags =
		*(const bool *)on ? record->flags | LOG_DROPPED : record->flags & ~LOG_DROPPED;
}

static void change_connections(struct log_record *record, const void *on)
{
	record->flags = *(const bool *)on ? record->flags | LOG_CONNECTIONS :
					    record->flags & ~LOG_CONNECTIONS;
}

netfwv6_result netfwv6_mgr_get_log_dropped_packets(struct netfwv6_mgr *mgr, bool *on)
{
	return get_flag(mgr, LOG_DROPPED, on);
}

netfwv6_result netfwv6_mgr_put_log_dropped_packets(struct netfwv6_mgr *mgr, bool on)
{
	return put(mgr, change_dropped, &on);
}

netfwv6_result netfwv6_mgr_get_log_connections(struct netfwv6_mgr *mgr, bool *on)
{
	return get_flag(mgr, LOG_CONNECTIONS, on);
}

netfwv6_result netfwv6_mgr_put_log_connections(struct netfwv6_mgr *mgr, bool on)
{
	return put(mgr, change_connections, &on);
}

static netfwv6_result check_path(const char *path)
{
	size_t length = strlen(path);

	if (*path != '/' || length >= LOG_PATH_SIZE || path[length - 1] == '/')
		return fail(
			NETFWV6_E_INVALIDARG,
			"'%.60s' is no path for a log: an absolute one of a file, of at most %d "
			"bytes",
			path, LOG_PATH_SIZE - 1);
	for (size_t i = 0, step; i < length; i += step) {
		step = utf8_printable(path + i);
		if (!step)
			return fail(NETFWV6_E_INVALIDARG,
				    "the path of the log is not printable UTF-8: its byte %zu is "
				    "0x%02x",
				    i + 1, (unsigned char)path[i]);
	}
	return NETFWV6_S_OK;
}

/* What put would have refused was written past the library: nobody is to open or print it. */
netfwv6_result netfwv6_mgr_get_logfile_path(struct netfwv6_mgr *mgr, char *path)
{
	struct log_record record;
	netfwv6_result result = get(mgr, path, &record);

	if (NETFWV6_FAILED(result))
		return result;
	if (NETFWV6_FAILED(check_path(record.path)))
		return fail(
			NETFWV6_E_UNEXPECTED,
			"the path of the log in %s is damaged: 'netfwv6 log --file PATH' as root "
			"sets another",
			mgr->root.dir);
	memcpy(path, record.path, sizeof(record.path));
	return NETFWV6_S_OK;
}

static void change_path(struct log_record *record, const void *path)
{
	memset(record->path, 0, sizeof(record->path));
	snprintf(record->path, sizeof(record->path), "%s", (const char *)path);
}

netfwv6_result netfwv6_mgr_put_logfile_path(struct netfwv6_mgr *mgr, const char *path)
{
	netfwv6_result result =
		path ? check_path(path) : fail(NETFWV6_E_POINTER, "the log's path is null");

	return NETFWV6_FAILED(result) ? result : put(mgr, change_path, path);
}

netfwv6_result netfwv6_mgr_get_logfile_maximum_size(struct netfwv6_mgr *mgr, uint64_t *size)
{
	struct log_record record;
	netfwv6_result result = get(mgr, size, &record);

	if (NETFWV6_SUCCEEDED(result))
		*size = record.maximum_size;
	return result;
}

static void change_size(struct log_record *record, const void *size)
{
	record->maximum_size = *(const uint64_t *)size;
}

netfwv6_result netfwv6_mgr_put_logfile_maximum_size(struct netfwv6_mgr *mgr, uint64_t size)
{
	if (mgr && size < SIZE_MIN)
		return fail(NETFWV6_E_INVALIDARG,
			    "a log of at most %llu bytes is too small: %u are the least",
			    (unsigned long long)size, SIZE_MIN);
	return put(mgr, change_size, &size);
}

netfwv6_result netfwv6_mgr_get_log_rate(struct netfwv6_mgr *mgr, uint32_t *rate)
{
	struct log_record record;
	netfwv6_result result = get(mgr, rate, &record);

	if (NETFWV6_SUCCEEDED(result))
		*rate = record.rate;
	return result;
}

static void change_rate(struct log_record *record, const void *rate)
{
	record->rate = *(const uint32_t *)rate;
}

netfwv6_result netfwv6_mgr_put_log_rate(struct netfwv6_mgr *mgr, uint32_t rate)
{
	return rate || !mgr ? put(mgr, change_rate, &rate) :
			      fail(NETFWV6_E_INVALIDARG,
				   "a rate of 0 would log nothing: switch the log off instead");
}
