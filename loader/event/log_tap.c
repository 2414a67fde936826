// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event/log_tap.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/tap.h"
#include "event/watch.h"
#include "state/log_record.h"
#include "state/pins.h"
#include "util/error.h"
#include "util/scope.h"

#define PIN_MODE 0600

static uint32_t size_of(int ring)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(ring, &info, &size) ? 0 : info.max_entries;
}

netfwv6_result log_ring(const struct state *state, struct control *control, int *fd, uint32_t *size)
{
	char path[PIN_PATH_SIZE];
	netfwv6_result result = NETFWV6_S_OK;
	int ring = bpf_obj_get(pin_path(state->root.dir, path, PIN_LOGRING, NULL));

	if (ring < 0) {
		ring = pin_make_ring(MAP_PREFIX PIN_LOGRING, RING_DEFAULT);
		if (ring < 0)
			return fail_errno(errno, "cannot make the log's ring buffer");
		result = tap_forget(state, control, TAP_LOG);
		if (NETFWV6_SUCCEEDED(result))
			result = tap_put_ring(state, TAP_LOG, ring);
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

static netfwv6_result pin_watch(const struct state *state)
{
	char path[PIN_PATH_SIZE];
	CLEANUP(close_descriptor) int link = -1;

	if (access(pin_path(state->root.dir, path, PIN_LOGWATCH, NULL), F_OK) == 0)
		return NETFWV6_S_OK;
	TRY(watch_attach(state, TAP_LOG, &link));
	if (bpf_obj_pin(link, path) || chmod(path, PIN_MODE))
		return fail_errno(errno, "cannot pin %s", path);
	return NETFWV6_S_OK;
}

static void unpin_watch(const struct state *state)
{
	char path[PIN_PATH_SIZE];

	unlink(pin_path(state->root.dir, path, PIN_LOGWATCH, NULL));
}

netfwv6_result log_apply(const struct state *state, const struct log_record *record)
{
	struct control *control;
	netfwv6_result result = control_map(&state->root, &control);
	int ring = -1;
	uint32_t size;

	if (NETFWV6_FAILED(result))
		return result;
	control->tap[TAP_LOG].rate = record->rate;
	control_renew(control, TAP_LOG, LEASE_FOREVER);
	if (record->flags)
		result = log_ring(state, control, &ring, &size);
	if (ring >= 0)
		close(ring);
	if (NETFWV6_SUCCEEDED(result) && record->flags & LOG_CONNECTIONS)
		result = pin_watch(state);
	else if (NETFWV6_SUCCEEDED(result))
		unpin_watch(state);
	if (NETFWV6_SUCCEEDED(result) && record->flags & LOG_DROPPED)
		control_set(control, 1u << TAP_LOG);
	else if (NETFWV6_SUCCEEDED(result))
		control_clear(control, 1u << TAP_LOG);
	control_unmap(control);
	return result;
}

void log_adopt(const struct state *state)
{
	struct log_record record;

	unpin_watch(state); /* it tells of the former one's connections */
	if (NETFWV6_SUCCEEDED(log_record_read(&state->root, &record)) &&
	    record.flags & LOG_CONNECTIONS)
		pin_watch(state);
}
