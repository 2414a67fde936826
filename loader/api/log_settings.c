// SPDX-License-Identifier: LGPL-2.1-or-later
/* The log's settings: INetFwV6Mgr's LogDroppedPackets and its neighbours. */
#include <stddef.h>
#include <string.h>

#include "admin/administration.h"
#include "admin/log_change.h"
#include "admin/make.h"
#include "api/call.h"
#include "api/mgr.h"
#include "state/log_record.h"
#include "text/log_path.h"

/* ---- Putting ---------------------------------------------------------------------- */

/* Of a flag, or of a field of the record. */
struct property_change {
	uint32_t flag;
	bool on;
	size_t offset, size;
	const void *value;
};

#define CHANGE_OF(field, value_)                                                                   \
	((struct property_change){ .offset = offsetof(struct log_record, field),                   \
				   .size = sizeof(((struct log_record *)NULL)->field),             \
				   .value = value_ })

static void apply_change(struct log_record *record, const struct property_change *change)
{
	if (change->flag)
		record->flags =
			change->on ? record->flags | change->flag : record->flags & ~change->flag;
	else
		memcpy((char *)record + change->offset, change->value, change->size);
}

/* What cannot be done is not recorded. */
static netfwv6_result change_log(struct state *state, void *argument)
{
	const struct property_change *change = argument;
	struct log_record before, after;
	netfwv6_result result;

	TRY(state_open(state));
	TRY(log_record_read(&state->root, &before));
	after = before;
	apply_change(&after, change);
	/* Else it is applied also if it is recorded: who recorded it may have been killed. */
	if (state->root.state == ROOT_ABSENT && memcmp(&before, &after, sizeof(after)) == 0)
		return NETFWV6_S_OK;
	result = state_make(state);
	return NETFWV6_FAILED(result) ? result : log_change(state, &before, &after);
}

static netfwv6_result put_property(struct call *call, struct property_change change)
{
	TRY(pointer_check(call->state, "the manager"));
	return call_result(call, with_administration(call->state, change_log, &change));
}

static netfwv6_result get_record(struct call *call, const void *out, struct log_record *record)
{
	TRY(pointer_check(call->state, "the manager"));
	TRY(pointer_check(out, "the answer's out-pointer"));
	TRY(call_open(call));
	return log_record_read(&call->state->root, record);
}

/* ---- The properties ---------------------------------------------------------------- */

static netfwv6_result get_flag(struct netfwv6_mgr *mgr, uint32_t flag, bool *on)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct log_record record;

	TRY(get_record(&call, on, &record));
	*on = record.flags & flag;
	return call_result(&call, NETFWV6_S_OK);
}

static netfwv6_result put_flag(struct netfwv6_mgr *mgr, uint32_t flag, bool on)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));

	return put_property(&call, (struct property_change){ .flag = flag, .on = on });
}

netfwv6_result netfwv6_mgr_get_log_dropped_packets(struct netfwv6_mgr *mgr, bool *on)
{
	return get_flag(mgr, LOG_DROPPED, on);
}

netfwv6_result netfwv6_mgr_put_log_dropped_packets(struct netfwv6_mgr *mgr, bool on)
{
	return put_flag(mgr, LOG_DROPPED, on);
}

netfwv6_result netfwv6_mgr_get_log_connections(struct netfwv6_mgr *mgr, bool *on)
{
	return get_flag(mgr, LOG_CONNECTIONS, on);
}

netfwv6_result netfwv6_mgr_put_log_connections(struct netfwv6_mgr *mgr, bool on)
{
	return put_flag(mgr, LOG_CONNECTIONS, on);
}

netfwv6_result netfwv6_mgr_get_logfile_path(struct netfwv6_mgr *mgr, size_t size, char *path,
					    size_t *needed)
{
	const void *out = path ? (const void *)path : needed;
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct log_record record;
	size_t length;

	TRY(get_record(&call, path || !size ? out : NULL, &record));
	/* What put would have refused was written past the library: nobody is to open or print it. */
	if (NETFWV6_FAILED(log_path_check(record.path)))
		return fail(NETFWV6_E_UNEXPECTED,
			    "the path of the log in %s is damaged: 'netfwv6 log --file PATH' as "
			    "root sets another",
			    call.state->root.dir);
	length = strlen(record.path) + 1;
	if (size && size < length)
		return fail(NETFWV6_E_INVALIDARG,
			    "the log's path takes %zu bytes, and there is room for %zu", length,
			    size);
	if (size)
		memcpy(path, record.path, length);
	if (needed)
		*needed = length;
	return call_result(&call, NETFWV6_S_OK);
}

netfwv6_result netfwv6_mgr_put_logfile_path(struct netfwv6_mgr *mgr, const char *path)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	char padded[LOG_PATH_SIZE] = "";

	TRY(pointer_check(path, "the log's path"));
	TRY(log_path_check(path));
	memcpy(padded, path, strlen(path));
	return put_property(&call, CHANGE_OF(path, padded));
}

netfwv6_result netfwv6_mgr_get_logfile_maximum_size(struct netfwv6_mgr *mgr, uint64_t *size)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct log_record record;

	TRY(get_record(&call, size, &record));
	*size = record.maximum_size;
	return call_result(&call, NETFWV6_S_OK);
}

netfwv6_result netfwv6_mgr_put_logfile_maximum_size(struct netfwv6_mgr *mgr, uint64_t size)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));

	if (mgr && size < LOG_SIZE_MIN)
		return fail(NETFWV6_E_INVALIDARG,
			    "a log of at most %llu bytes is too small: %u are the least",
			    (unsigned long long)size, LOG_SIZE_MIN);
	return put_property(&call, CHANGE_OF(maximum_size, &size));
}

netfwv6_result netfwv6_mgr_get_log_rate(struct netfwv6_mgr *mgr, uint32_t *rate)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct log_record record;

	TRY(get_record(&call, rate, &record));
	*rate = record.rate;
	return call_result(&call, NETFWV6_S_OK);
}

netfwv6_result netfwv6_mgr_put_log_rate(struct netfwv6_mgr *mgr, uint32_t rate)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));

	if (mgr && !rate)
		return fail(NETFWV6_E_INVALIDARG,
			    "a rate of 0 would log nothing: switch the log off instead");
	return put_property(&call, CHANGE_OF(rate, &rate));
}
