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
	int ring CLEANUP(close_descriptor) =
		bpf_obj_get(pin_path(state->root.dir, path, PIN_LOGRING, NULL));

	if (ring < 0) {
		ring = pin_make_ring(MAP_PREFIX PIN_LOGRING, RING_DEFAULT);
		if (ring < 0)
			return fail_errno(errno, "cannot make the log's ring buffer");
		TRY(tap_forget(state, control, TAP_LOG));
		TRY(tap_put_ring(state, TAP_LOG, ring));
		if (bpf_obj_pin(ring, path) || chmod(path, PIN_MODE))
			return fail_errno(errno, "cannot pin %s", path);
	}
	*size = size_of(ring);
	if (!*size)
		return fail(NETFWV6_E_UNEXPECTED, "%s is no ring buffer", path);
	*fd = ring;
	ring = -1;
	return NETFWV6_S_OK;
}

static netfwv6_result pin_watch(const struct state *state)
{
	char path[PIN_PATH_SIZE];
	int link CLEANUP(close_descriptor) = -1;

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
	struct control *control CLEANUP(control_unmap) = NULL;
	int ring CLEANUP(close_descriptor) = -1;
	uint32_t size;

	TRY(control_map(&state->root, &control));
	control->tap[TAP_LOG].rate = record->rate;
	control_renew(control, TAP_LOG, LEASE_FOREVER);
	if (record->flags)
		TRY(log_ring(state, control, &ring, &size));
	if (record->flags & LOG_CONNECTIONS)
		TRY(pin_watch(state));
	else
		unpin_watch(state);
	if (record->flags & LOG_DROPPED)
		control_set(control, 1u << TAP_LOG);
	else
		control_clear(control, 1u << TAP_LOG);
	return NETFWV6_S_OK;
}

void log_adopt(const struct state *state)
{
	struct log_record record;

	unpin_watch(state); /* it tells of the former one's connections */
	if (NETFWV6_SUCCEEDED(log_record_read(&state->root, &record)) &&
	    record.flags & LOG_CONNECTIONS)
		pin_watch(state);
}
