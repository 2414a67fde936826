// SPDX-License-Identifier: LGPL-2.1-or-later
/* Streams of events: how they begin. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "api/call.h"
#include "api/mgr.h"
#include "api/stream.h"
#include "event/log_tap.h"
#include "event/tap.h"
#include "event/watch.h"
#include "state/locks.h"

#define RATE_DEFAULT 10000u

static netfwv6_result new_events(struct state *state, struct netfwv6_events **events)
{
	struct netfwv6_events *new = calloc(1, sizeof(*new));

	if (!new)
		return fail_errno(ENOMEM, "cannot open a stream of events");
	new->state = state_retain(state);
	new->owner = getpid();
	new->waker = WAKER_CLOSED;
	new->ring.fd = new->watch = new->lock = -1;
	*events = new;
	return NETFWV6_S_OK;
}

/* Of a stream that did not come about: the manager is there, so it is not the last to let go. */
static void drop_stream(struct netfwv6_events **events)
{
	struct state *state = *events ? (*events)->state : NULL;

	if (*events)
		stream_release(*events);
	state_release(state);
}

/* It is the caller's now. */
static void hand_over(struct netfwv6_events **new, struct netfwv6_events **events)
{
	*events = *new;
	*new = NULL;
}

static netfwv6_result for_root_alone(netfwv6_result result)
{
	return result == NETFWV6_E_ACCESSDENIED ?
		       fail(result, "only root may look at events: they say who talks to whom") :
		       result;
}

/* Opens the state, as only root may. */
static netfwv6_result open_control(struct netfwv6_events *events)
{
	struct state *state = events->state;
	netfwv6_result result = state_open(state);

	if (NETFWV6_SUCCEEDED(result) && state->root.state == ROOT_ABSENT)
		return fail(NETFWV6_E_FAIL,
			    "there is no state in %s, so nothing happens: enable a device first",
			    state->root.dir);
	if (NETFWV6_SUCCEEDED(result))
		result = control_map(&state->root, &events->control);
	events->control_inode = stream_control_inode(state);
	return for_root_alone(result);
}

/* ---- A stream of one's own --------------------------------------------------- */

static uint32_t round_up(size_t size)
{
	uint32_t rounded = RING_MIN;

	while (rounded < size)
		rounded *= 2;
	return rounded;
}

static netfwv6_result open_ring(struct netfwv6_events *events, uint32_t size)
{
	int fd = pin_make_ring(EVENTS_MAP, size), error;

	if (fd < 0)
		return fail_errno(errno, "cannot make a ring buffer of %u bytes", size);
	error = ring_open(&events->ring, fd, size);
	if (error) {
		events->ring.fd = -1;
		return fail_errno(-error, "cannot map a ring buffer of %u bytes", size);
	}
	TRY(waker_open(&events->waker, fd));
	return tap_put_ring(events->state, events->tap, fd);
}

static netfwv6_result open_own(struct netfwv6_events *events,
			       const struct netfwv6_events_options *options)
{
	struct tap *tap;

	TRY(open_control(events));
	TRY(tap_claim(events->control, &events->tap, &events->lease));
	tap = &events->control->tap[events->tap];
	tap->rate = options->rate ?: RATE_DEFAULT;
	tap->snaplen = options->snaplen;
	TRY(tap_forget(events->state, events->control, events->tap));
	TRY(open_ring(events, options->buffer ? round_up(options->buffer) : RING_DEFAULT));
	if (options->connections)
		TRY(watch_attach(events->state, events->tap, &events->watch));
	if (options->drops) {
		events->drop_bit = 1u << events->tap;
		control_set(events->control, events->drop_bit);
	}
	return NETFWV6_S_OK;
}

static netfwv6_result check_events_options(const struct netfwv6_events_options *options)
{
	if (!options->drops && !options->connections)
		return fail(NETFWV6_E_INVALIDARG,
			    "a stream of events wants drops, connections, or both");
	if (options->snaplen > NETFWV6_SNAPLEN_MAX)
		return fail(NETFWV6_E_INVALIDARG, "at most %u bytes of a packet are kept, not %u",
			    NETFWV6_SNAPLEN_MAX, options->snaplen);
	if (options->buffer > RING_MAX)
		return fail(NETFWV6_E_INVALIDARG, "a buffer has at most %u bytes", RING_MAX);
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_open_events(struct netfwv6_mgr *mgr,
				       const struct netfwv6_events_options *options,
				       struct netfwv6_events **events)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct netfwv6_events *new CLEANUP(drop_stream) = NULL;
	struct netfwv6_events_options given = { .sz = sizeof(given) };

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(events, "the events' out-pointer"));
	TRY(options_take(&given, OPTIONS_END(struct netfwv6_events_options), options));
	TRY(check_events_options(&given));
	TRY(new_events(call.state, &new));
	call_lock(&call);
	TRY(open_own(new, &given));
	hand_over(&new, events);
	return call_result(&call, NETFWV6_S_OK);
}

/* ---- The log's stream -------------------------------------------------------- */

static netfwv6_result lock_log(struct netfwv6_events *events)
{
	char path[PIN_PATH_SIZE];

	events->lock = open(pin_path(events->state->root.dir, path, LOCK_OF_LOG, NULL),
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (events->lock < 0)
		return fail_errno(errno, "cannot open %s", path);
	if (flock(events->lock, LOCK_EX | LOCK_NB) == 0)
		return NETFWV6_S_OK;
	return errno == EWOULDBLOCK ?
		       fail(NETFWV6_E_ABORT, "another process reads the log of the state in %s",
			    events->state->root.dir) :
		       fail_errno(errno, "cannot lock %s", path);
}

/* Who switches the log on may be about to make its buffer, too. */
static netfwv6_result get_ring(struct netfwv6_events *events, int *fd, uint32_t *size)
{
	int lock CLEANUP(unlock_at) = -1;

	TRY(for_root_alone(lock_state(events->state, &lock)));
	TRY(open_control(events));
	TRY(lock_log(events));
	return log_ring(events->state, events->control, fd, size);
}

static netfwv6_result open_log(struct netfwv6_events *events)
{
	uint32_t size;
	int fd, error;

	events->tap = TAP_LOG;
	TRY(get_ring(events, &fd, &size));
	error = ring_open(&events->ring, fd, size);
	if (!error)
		return waker_open(&events->waker, fd);
	events->ring.fd = -1;
	return fail_errno(-error, "cannot map the log's ring buffer");
}

netfwv6_result netfwv6_mgr_open_log(struct netfwv6_mgr *mgr, struct netfwv6_events **events)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct netfwv6_events *new CLEANUP(drop_stream) = NULL;

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(events, "the events' out-pointer"));
	TRY(new_events(call.state, &new));
	call_lock(&call);
	TRY(open_log(new));
	hand_over(&new, events);
	return call_result(&call, NETFWV6_S_OK);
}
