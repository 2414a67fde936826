// SPDX-License-Identifier: LGPL-2.1-or-later
#include "follow.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "clock.h"
#include "given_filters.h"
#include "values.h"

#define TICK_MICROSECONDS 250000
#define PATIENCE_TICKS 4
#define BATCH_BYTES 65536

/* ---- Signals ---------------------------------------------------------------------- */

static volatile sig_atomic_t stopped, ticks;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void tick(int signal)
{
	(void)signal;
	ticks++;
}

/* There is no SA_RESTART, so a blocked write() or open() returns at each signal. */
static void handle(int signal, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigaction(signal, &action, NULL);
}

static void catch_signals(void)
{
	const struct timeval interval = { .tv_usec = TICK_MICROSECONDS };
	const struct itimerval timer = { interval, interval };
	struct sigaction hangup;

	handle(SIGINT, stop);
	handle(SIGTERM, stop);
	if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
		handle(SIGHUP, stop); /* unless nohup wants it otherwise */
	handle(SIGPIPE, SIG_IGN);
	handle(SIGALRM, tick);
	setitimer(ITIMER_REAL, &timer, NULL);
}

bool follow_is_stopped(void)
{
	return stopped;
}

/* ---- What was missed ------------------------------------------------------------------ */

uint64_t follow_missed(const struct follow *follow)
{
	return follow->missed.suppressed + follow->missed.lost;
}

/* The event that is taken meanwhile finds no room. */
void follow_keep_alive(struct follow *follow)
{
	struct netfwv6_event event = { .sz = sizeof(event) };

	if (follow->tick == ticks)
		return;
	follow->tick = ticks;
	if (netfwv6_events_next(follow->stream, &event) == NETFWV6_S_OK &&
	    filter_matches(&follow->filter, &event))
		follow->not_written++;
}

/* After a signal to end, it does not wait for ever for a reader that takes nothing. */
static bool be_patient(void *context, bool progressed)
{
	struct follow *follow = context;

	if (progressed || !stopped)
		follow->waited = 0;
	else if (follow->tick != ticks)
		follow->waited++;
	follow_keep_alive(follow);
	return follow->waited <= PATIENCE_TICKS;
}

/* Reports what was missed since the last time. */
static netfwv6_result report_missed(struct follow *follow)
{
	struct netfwv6_missed_events missed = { .sz = sizeof(missed) }, all;
	netfwv6_result result = netfwv6_events_get_missed(follow->stream, &missed);

	if (NETFWV6_FAILED(result))
		return result;
	all = missed;
	all.lost += follow->not_written;
	follow->not_written = 0;
	if (!all.suppressed && !all.lost)
		return NETFWV6_S_OK;
	follow->put_missed(follow, &all);
	follow->missed.suppressed += all.suppressed;
	follow->missed.lost += all.lost;
	return netfwv6_events_acknowledge(follow->stream, &missed);
}

/* ---- Events ------------------------------------------------------------------------- */

static bool is_enough(const struct follow *follow)
{
	return follow->limit && follow->events >= follow->limit;
}

/* Returns S_OK where there may be more, S_FALSE where there is none that is wanted. */
static netfwv6_result put_next_event(struct follow *follow)
{
	struct netfwv6_event event = { .sz = sizeof(event) };
	netfwv6_result result = netfwv6_events_next(follow->stream, &event);

	if (result != NETFWV6_S_OK)
		return result;
	/* What happened before the signal is still to be seen, what came after it is not. */
	if (follow->stopped_at && event.time_ns > follow->stopped_at)
		return NETFWV6_S_FALSE;
	if (filter_matches(&follow->filter, &event)) {
		follow->put_event(follow, &event);
		follow->events++;
	}
	return NETFWV6_S_OK;
}

/* Ends where it is time to write and to look at other things, also under a flood. */
static netfwv6_result take_batch(struct follow *follow)
{
	netfwv6_result result = NETFWV6_S_OK;

	follow->tick = ticks;
	if (stopped && !follow->stopped_at)
		follow->stopped_at = clock_ns(CLOCK_REALTIME);
	while (result == NETFWV6_S_OK && !is_enough(follow) &&
	       follow->output.bytes.used < BATCH_BYTES && follow->tick == ticks)
		result = put_next_event(follow);
	return result;
}

/* Waits until there are events, a signal, or no reader of the output any more. */
static void wait_for_more(struct follow *follow)
{
	struct pollfd fds[] = {
		{ .fd = netfwv6_events_fd(follow->stream), .events = POLLIN },
		{ .fd = follow->output.fd },
	};

	if (poll(fds, 2, TICK_MICROSECONDS / 1000) <= 0)
		return;
	if (fds[1].revents & (POLLERR | POLLHUP))
		follow->output.closed = true;
	if (fds[1].revents & POLLNVAL)
		follow->output.error = EBADF;
}

static netfwv6_result follow_stream(struct follow *follow)
{
	netfwv6_result result = NETFWV6_S_OK;

	while (NETFWV6_SUCCEEDED(result)) {
		netfwv6_result taken = take_batch(follow);

		result = NETFWV6_SUCCEEDED(taken) ? report_missed(follow) : taken;
		if (result == NETFWV6_E_ABORT && taken == NETFWV6_S_OK)
			result = NETFWV6_S_OK; /* it has ended, but there is more to be taken */
		if (!output_flush(&follow->output) || is_enough(follow))
			break;
		if (taken == NETFWV6_S_FALSE && follow->stopped_at)
			break;
		if (taken == NETFWV6_S_FALSE && !stopped)
			wait_for_more(follow);
		if (follow->output.closed)
			break;
	}
	return result;
}

/* ---- From beginning to end -------------------------------------------------------- */

int follow_begin(struct follow *follow)
{
	netfwv6_result result;
	int code = take_number_of("count", follow->cli->count, 1, UINT64_MAX, &follow->limit);

	if (code == GO_ON)
		code = take_given_filters(follow->cli, follow->options.connections, &follow->filter,
					  &follow->reasons);
	if (code != GO_ON)
		return code;
	follow->missed.sz = sizeof(follow->missed);
	follow->output.be_patient = be_patient;
	follow->output.context = follow;
	result = netfwv6_mgr_open_events(follow->cli->mgr, &follow->options, &follow->stream);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	catch_signals();
	return GO_ON;
}

int follow_run(struct follow *follow)
{
	netfwv6_result result = follow_stream(follow);

	return NETFWV6_FAILED(result) ? complain_of(result) : EXIT_DONE;
}

void follow_end(struct follow *follow)
{
	netfwv6_events_close(follow->stream);
	filter_clear(&follow->filter);
	free(follow->reasons);
	output_free(&follow->output);
}
