// SPDX-License-Identifier: LGPL-2.1-or-later
/* Streams of events: how they are read, and end. */
#include "api/stream.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/call.h"
#include "event/event_decode.h"
#include "event/tap.h"
#include "state/locks.h"

/* How often the stream is told to be alive, and looked at whether it still is of use. */
#define RENEWAL_NANOSECONDS 500000000ull

/* NULL of NULL. */
static struct state *state_of_events(const struct netfwv6_events *events)
{
	return events ? events->state : NULL;
}

ino_t stream_control_inode(const struct state *state)
{
	char path[PIN_PATH_SIZE];
	struct stat control;

	return stat(pin_path(state->root.dir, path, "control", NULL), &control) ? 0 :
										  control.st_ino;
}

/* An unmount of the state directory takes nothing away, and root puts it back. */
static bool state_is_there(const struct netfwv6_events *events)
{
	struct state *held CLEANUP(state_let_go) = NULL;
	struct state *state = events->state;

	if (stream_control_inode(state) == events->control_inode)
		return true;
	held = state_hold(state);
	root_put_back(&state->root);
	return stream_control_inode(state) == events->control_inode;
}

static int64_t clock_offset(void)
{
	struct timespec real;

	clock_gettime(CLOCK_REALTIME, &real);
	return (int64_t)real.tv_sec * 1000000000 + real.tv_nsec - (int64_t)tap_now();
}

static void close_watch(struct netfwv6_events *events)
{
	if (events->watch >= 0)
		close(events->watch);
	events->watch = -1;
}

void stream_release(struct netfwv6_events *events)
{
	bool ours = events->owner == getpid();

	/* In a state that was made anew the same tap is somebody else's. */
	if (ours && events->control && events->tap != TAP_LOG &&
	    stream_control_inode(events->state) == events->control_inode)
		tap_release(events->state, events->control, events->tap, events->lease);
	waker_close(&events->waker);
	if (events->ring.fd >= 0)
		ring_close(&events->ring);
	close_watch(events);
	if (ours)
		unlock(events->lock);
	else if (events->lock >= 0)
		close(events->lock);
	control_unmap(&events->control);
	free(events);
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

	if (!events->ended && now - events->renewed < RENEWAL_NANOSECONDS)
		return NETFWV6_S_OK;
	TRY(check_alive(events));
	events->renewed = now;
	events->offset = clock_offset();
	events->device.ifindex = 0; /* it may have another name by now */
	if (events->tap != TAP_LOG && (!tap_renew(events->control, events->tap, &events->lease) ||
				       !control_is_set(events->control, events->drop_bit)))
		events->ended = true;
	if (!events->ended)
		events->owner = getpid();
	/* The descriptor of a stream that has ended stays readable. */
	TRY(check_alive(events));
	waker_set(&events->waker, now + RENEWAL_NANOSECONDS);
	return NETFWV6_S_OK;
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

netfwv6_result netfwv6_events_next(struct netfwv6_events *events, struct netfwv6_event *event)
{
	struct call call CLEANUP(call_end) = call_on(state_of_events(events));
	struct netfwv6_event now = { .sz = sizeof(now) };
	const void *record;
	netfwv6_result result;
	size_t size;

	TRY(pointer_check(events, "the stream of events"));
	TRY(pointer_check(event, "the event's out-pointer"));
	TRY(options_check_size(event->sz));
	result = renew(events);
	if (NETFWV6_FAILED(result))
		close_watch(events); /* it would fill the buffer of who has the tap now */
	/* What came before the end is still to be had. */
	record = ring_next(&events->ring, &size);
	if (!record)
		return call_result(&call, NETFWV6_FAILED(result) ? result : NETFWV6_S_FALSE);
	TRY(event_decode(record, size, events->offset, &now));
	name_device(events, &now);
	options_give(event, &now, sizeof(now));
	return call_result(&call, NETFWV6_S_OK);
}

/* ---- What was missed ------------------------------------------------------------ */

netfwv6_result netfwv6_events_get_missed(struct netfwv6_events *events,
					 struct netfwv6_missed_events *missed)
{
	struct call call CLEANUP(call_end) = call_on(state_of_events(events));
	struct netfwv6_missed_events now = { .sz = sizeof(now) };

	TRY(pointer_check(events, "the stream of events"));
	TRY(pointer_check(missed, "the out-pointer"));
	TRY(options_check_size(missed->sz));
	TRY(check_alive(events));
	TRY(tap_missed(events->state, events->tap, &now.suppressed, &now.lost));
	now.suppressed -= events->control->tap[events->tap].told_suppressed;
	now.lost -= events->control->tap[events->tap].told_lost;
	options_give(missed, &now, sizeof(now));
	return call_result(&call, NETFWV6_S_OK);
}

netfwv6_result netfwv6_events_acknowledge(struct netfwv6_events *events,
					  const struct netfwv6_missed_events *missed)
{
	struct call call CLEANUP(call_end) = call_on(state_of_events(events));
	struct netfwv6_missed_events given = { .sz = sizeof(given) };

	TRY(pointer_check(events, "the stream of events"));
	TRY(pointer_check(missed, "what is acknowledged"));
	TRY(options_take(&given, sizeof(given), missed));
	TRY(check_alive(events));
	events->control->tap[events->tap].told_suppressed += given.suppressed;
	events->control->tap[events->tap].told_lost += given.lost;
	return call_result(&call, NETFWV6_S_OK);
}

void netfwv6_events_close(struct netfwv6_events *events)
{
	struct state *state = state_of_events(events);

	if (!events)
		return;
	pthread_mutex_lock(&state->mutex);
	stream_release(events);
	pthread_mutex_unlock(&state->mutex);
	state_release(state);
}
