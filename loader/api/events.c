// SPDX-License-Identifier: LGPL-2.1-or-later
/* Streams of events: the API's side of a tap. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/mgr.h"
#include "api/told.h"
#include "event/event_decode.h"
#include "event/log_tap.h"
#include "event/tap.h"
#include "event/waker.h"
#include "event/watch.h"
#include "state/locks.h"
#include "state/root.h"
#include "util/error.h"
#include "util/options.h"

#define RATE_DEFAULT 10000u

/* How often the stream is told to be alive, and looked at whether it still is of use. */
#define RENEWAL_NANOSECONDS 500000000ull

struct netfwv6_events {
	struct state *state;
	struct control *control;
	struct ring ring;
	struct waker waker;
	uint32_t tap;
	uint64_t lease;	     /* what is recorded of it; not of the log's */
	pid_t owner;	     /* whose it is: of two that came out of a fork, who reads it */
	uint32_t drop_bit;   /* 0: no drops */
	bool ended;	     /* it was not read for too long */
	int watch;	     /* the link that tells of connections, -1 for none */
	int lock;	     /* of the log's reader, -1 for other streams */
	ino_t control_inode; /* tells this state root's control from a later one's */
	uint64_t renewed;
	int64_t offset; /* from CLOCK_MONOTONIC to CLOCK_REALTIME */
	struct {
		uint32_t ifindex;
		char name[NETFWV6_DEVICE_SIZE];
	} device; /* the last one that was asked for */
};

/* NULL of NULL. */
static struct state *state_of_events(const struct netfwv6_events *events)
{
	return events ? events->state : NULL;
}

static ino_t control_inode_of(const struct state *state)
{
	char path[PIN_PATH_SIZE];
	struct stat control;

	return stat(pin_path(state->root.dir, path, "control", NULL), &control) ? 0 :
										  control.st_ino;
}

/* An unmount of the state directory takes nothing away, and root puts it back. */
static bool state_is_there(const struct netfwv6_events *events)
{
	struct state *state = events->state;

	if (control_inode_of(state) == events->control_inode)
		return true;
	pthread_mutex_lock(&state->mutex);
	root_put_back(&state->root);
	pthread_mutex_unlock(&state->mutex);
	return control_inode_of(state) == events->control_inode;
}

static int64_t clock_offset(void)
{
	struct timespec real;

	clock_gettime(CLOCK_REALTIME, &real);
	return (int64_t)real.tv_sec * 1000000000 + real.tv_nsec - (int64_t)tap_now();
}

static struct netfwv6_events *new_events(struct state *state)
{
	struct netfwv6_events *events = calloc(1, sizeof(*events));

	if (!events) {
		fail_errno(ENOMEM, "cannot open a stream of events");
		return NULL;
	}
	events->state = state;
	events->owner = getpid();
	events->waker = WAKER_CLOSED;
	events->ring.fd = events->watch = events->lock = -1;
	return events;
}

static void close_watch(struct netfwv6_events *events)
{
	if (events->watch >= 0)
		close(events->watch);
	events->watch = -1;
}

/* Lets go of what a stream holds. */
static void release(struct netfwv6_events *events)
{
	bool ours = events->owner == getpid();

	/* In a state that was made anew the same tap is somebody else's. */
	if (ours && events->control && events->tap != TAP_LOG &&
	    control_inode_of(events->state) == events->control_inode)
		tap_release(events->state, events->control, events->tap, events->lease);
	waker_close(&events->waker);
	if (events->ring.fd >= 0)
		ring_close(&events->ring);
	close_watch(events);
	if (ours)
		unlock(events->lock);
	else if (events->lock >= 0)
		close(events->lock);
	if (events->control)
		control_unmap(events->control);
	free(events);
}

static netfwv6_result for_root_alone(netfwv6_result result)
{
	return result == NETFWV6_E_ACCESSDENIED ?
		       fail(result, "only root may look at events: they say who talks to whom") :
		       result;
}

/* Opens or makes the state, as only root may. */
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
	events->control_inode = control_inode_of(state);
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
	int fd = pin_make_ring(size), error;

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
	netfwv6_result result = open_control(events);

	if (NETFWV6_SUCCEEDED(result))
		result = tap_claim(events->control, &events->tap, &events->lease);
	if (NETFWV6_FAILED(result))
		return result;
	tap = &events->control->tap[events->tap];
	tap->rate = options->rate ?: RATE_DEFAULT;
	tap->snaplen = options->snaplen;
	result = tap_forget(events->state, events->control, events->tap);
	if (NETFWV6_SUCCEEDED(result))
		result = open_ring(events,
				   options->buffer ? round_up(options->buffer) : RING_DEFAULT);
	if (NETFWV6_SUCCEEDED(result) && options->connections)
		result = watch_attach(events->state, events->tap, &events->watch);
	if (NETFWV6_SUCCEEDED(result) && options->drops) {
		events->drop_bit = 1u << events->tap;
		control_set(events->control, events->drop_bit);
	}
	return result;
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

static netfwv6_result mgr_open_events(struct netfwv6_mgr *mgr,
				      const struct netfwv6_events_options *options,
				      struct netfwv6_events **events)
{
	struct netfwv6_events_options given = { .sz = sizeof(given) };
	struct netfwv6_events *new;
	netfwv6_result result;

	if (!mgr || !events)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the events' out-pointer" : "the manager");
	result = options_take(&given, OPTIONS_END(struct netfwv6_events_options), options);
	if (NETFWV6_SUCCEEDED(result))
		result = check_events_options(&given);
	if (NETFWV6_FAILED(result))
		return result;
	new = new_events(&mgr->state);
	if (!new)
		return NETFWV6_E_OUTOFMEMORY;
	pthread_mutex_lock(&mgr->state.mutex);
	result = open_own(new, &given);
	pthread_mutex_unlock(&mgr->state.mutex);
	if (NETFWV6_FAILED(result))
		release(new);
	else
		*events = new;
	return result;
}

netfwv6_result netfwv6_mgr_open_events(struct netfwv6_mgr *mgr,
				       const struct netfwv6_events_options *options,
				       struct netfwv6_events **events)
{
	return told(state_of(mgr), mgr_open_events(mgr, options, events));
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
	netfwv6_result result;
	int lock;

	result = for_root_alone(lock_state(events->state, &lock));
	if (NETFWV6_FAILED(result))
		return result;
	result = open_control(events);
	if (NETFWV6_SUCCEEDED(result))
		result = lock_log(events);
	if (NETFWV6_SUCCEEDED(result))
		result = log_ring(events->state, events->control, fd, size);
	unlock(lock);
	return result;
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

static netfwv6_result mgr_open_log(struct netfwv6_mgr *mgr, struct netfwv6_events **events)
{
	struct netfwv6_events *new;
	netfwv6_result result;

	if (!mgr || !events)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the events' out-pointer" : "the manager");
	new = new_events(&mgr->state);
	if (!new)
		return NETFWV6_E_OUTOFMEMORY;
	pthread_mutex_lock(&mgr->state.mutex);
	result = open_log(new);
	pthread_mutex_unlock(&mgr->state.mutex);
	if (NETFWV6_FAILED(result))
		release(new);
	else
		*events = new;
	return result;
}

netfwv6_result netfwv6_mgr_open_log(struct netfwv6_mgr *mgr, struct netfwv6_events **events)
{
	return told(state_of(mgr), mgr_open_log(mgr, events));
}

/* ---- Reading ------------------------------------------------------------------ */

int netfwv6_events_fd(const struct netfwv6_events *events)
{
	return events ? events->waker.epoll : -1;
}

/* Its tap has not been given to another reader. */
static bool has_tap(const struct netfwv6_events *events)
{
	return events->tap == TAP_LOG ||
	       control_lease(events->control, events->tap) == events->lease;
}

/* S_OK, unless the stream has ended. */
static netfwv6_result check_alive(const struct netfwv6_events *events)
{
	if (!state_is_there(events))
		return fail(NETFWV6_E_ABORT, "the state in %s was removed, so its events ended",
			    events->state->root.dir);
	if (events->ended || !has_tap(events))
		return fail(NETFWV6_E_ABORT,
			    "these events were not read for %llu seconds, so they "
			    "ended: begin anew",
			    LEASE_NANOSECONDS / 1000000000);
	return NETFWV6_S_OK;
}

/*
 * Says that the stream is alive, and finds out whether its state is. One whose lease ran out
 * ends when a packet was dropped meanwhile that nobody counted.
 */
static netfwv6_result renew(struct netfwv6_events *events)
{
	uint64_t now = tap_now();
	netfwv6_result result;

	if (!events->ended && now - events->renewed < RENEWAL_NANOSECONDS)
		return NETFWV6_S_OK;
	result = check_alive(events);
	if (NETFWV6_FAILED(result))
		return result;
	events->renewed = now;
	events->offset = clock_offset();
	events->device.ifindex = 0; /* it may have another name by now */
	if (events->tap != TAP_LOG && (!tap_renew(events->control, events->tap, &events->lease) ||
				       !control_is_set(events->control, events->drop_bit)))
		events->ended = true;
	if (!events->ended)
		events->owner = getpid();
	result = check_alive(events);
	/* The descriptor of a stream that has ended stays readable. */
	if (NETFWV6_SUCCEEDED(result))
		waker_set(&events->waker, now + RENEWAL_NANOSECONDS);
	return result;
}

static void name_device(struct netfwv6_events *events, struct netfwv6_event *event)
{
	if (!event->ifindex)
		return;
	if (event->ifindex != events->device.ifindex) {
		events->device.ifindex = event->ifindex;
		if (!if_indextoname(event->ifindex, events->device.name))
			*events->device.name = '\0';
	}
	memcpy(event->device, events->device.name, sizeof(event->device));
}

static netfwv6_result events_next(struct netfwv6_events *events, struct netfwv6_event *event)
{
	struct netfwv6_event now = { .sz = sizeof(now) };
	const void *record;
	netfwv6_result result;
	size_t size;

	if (!events || !event)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    events ? "the event's out-pointer" : "the stream of events");
	result = options_check_size(event->sz);
	if (NETFWV6_FAILED(result))
		return result;
	result = renew(events);
	if (NETFWV6_FAILED(result))
		close_watch(events); /* it would fill the buffer of who has the tap now */
	/* What came before the end is still to be had. */
	record = ring_next(&events->ring, &size);
	if (!record)
		return NETFWV6_FAILED(result) ? result : NETFWV6_S_FALSE;
	result = event_decode(record, size, events->offset, &now);
	if (NETFWV6_FAILED(result))
		return result;
	name_device(events, &now);
	options_give(event, &now, sizeof(now));
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_events_next(struct netfwv6_events *events, struct netfwv6_event *event)
{
	return told(state_of_events(events), events_next(events, event));
}

/* ---- What was missed ------------------------------------------------------------ */

static netfwv6_result events_get_missed(struct netfwv6_events *events,
					struct netfwv6_missed_events *missed)
{
	struct netfwv6_missed_events now = { .sz = sizeof(now) };

	if (!events || !missed)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    events ? "the out-pointer" : "the stream of events");
	TRY(options_check_size(missed->sz));
	TRY(check_alive(events));
	TRY(tap_missed(events->state, events->tap, &now.suppressed, &now.lost));
	now.suppressed -= events->control->tap[events->tap].told_suppressed;
	now.lost -= events->control->tap[events->tap].told_lost;
	options_give(missed, &now, sizeof(now));
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_events_get_missed(struct netfwv6_events *events,
					 struct netfwv6_missed_events *missed)
{
	return told(state_of_events(events), events_get_missed(events, missed));
}

static netfwv6_result events_acknowledge(struct netfwv6_events *events,
					 const struct netfwv6_missed_events *missed)
{
	struct netfwv6_missed_events given = { .sz = sizeof(given) };

	if (!events || !missed)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    events ? "what is acknowledged" : "the stream of events");
	TRY(options_take(&given, sizeof(given), missed));
	TRY(check_alive(events));
	events->control->tap[events->tap].told_suppressed += given.suppressed;
	events->control->tap[events->tap].told_lost += given.lost;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_events_acknowledge(struct netfwv6_events *events,
					  const struct netfwv6_missed_events *missed)
{
	return told(state_of_events(events), events_acknowledge(events, missed));
}

void netfwv6_events_close(struct netfwv6_events *events)
{
	struct state *state;

	if (!events)
		return;
	state = events->state;
	pthread_mutex_lock(&state->mutex);
	release(events);
	pthread_mutex_unlock(&state->mutex);
}
