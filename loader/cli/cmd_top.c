// SPDX-License-Identifier: LGPL-2.1-or-later
/* top shows samples at intervals, each with what changed since the one before. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "values.h"
#include "screen.h"
#include "top.h"

#define MOST_SECONDS 3600
#define ALIVE_MS 500 /* who has events asks for them at least once a second */

struct top {
	struct cli *cli;
	struct screen screen;
	struct watch watch;
	struct hit_counts *hits, *hits_before; /* as the kernel counted them */
	struct sample sample;
	double taken; /* when the sample was */
	bool shown;
	int signals;
	bool stop;
};

/* This clock is never set. */
static double now_in_seconds(void)
{
	return (double)clock_ns(CLOCK_MONOTONIC) / NANOSECONDS;
}

/* ---- Samples ------------------------------------------------------------------------- */

static int sample_hits(struct top *top)
{
	struct sample *sample = &top->sample;
	struct hit_counts *before = top->hits;
	netfwv6_result result =
		netfwv6_mgr_get_port_hits_counted(top->cli->mgr, &sample->ports_counted);
	int code;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	top->hits = top->hits_before;
	top->hits_before = before;
	if (!sample->ports_counted) {
		memset(top->hits, 0, sizeof(*top->hits));
		return EXIT_DONE;
	}
	code = read_hit_counts(top->cli, top->hits);
	if (code)
		return code;
	free(sample->hits.hits);
	return sort_hits(top->hits, top->hits_before, &sample->hits) ? EXIT_DONE : EXIT_OTHER;
}

/* Samples the interval that ends now. */
static int take_sample(struct top *top)
{
	struct sample *sample = &top->sample;
	int code;

	free_reports(&sample->before);
	sample->before = sample->reports;
	code = read_reports(top->cli, false, &sample->reports);
	sample->elapsed = now_in_seconds() - top->taken;
	top->taken += sample->elapsed;
	if (code)
		return code;
	free_port_hits(&sample->hits);
	if (!watch_interval(&top->watch, &sample->watched))
		return EXIT_OTHER;
	sample->hits = sample->watched.hits;
	watch_try(&top->watch, top->cli);
	sample->why_not = top->watch.events ? NULL : top->watch.why;
	return sample_hits(top);
}

static int show_top(struct top *top)
{
	size_t rows = top->screen.terminal ? top->screen.rows : ANY_ROWS;
	char *text CLEANUP(free_at) = top->shown ?
					      format_sample(top->cli, &top->sample, rows) :
					      strdup("the first screen comes after an interval\n");

	return text && screen_show(&top->screen, text) ? EXIT_DONE : EXIT_OTHER;
}

/* ---- Between them ---------------------------------------------------------------------- */

static const int watched_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH };

/* Signals come through a descriptor. Those that the caller ignored stay ignored. */
static int open_top_signals(void)
{
	struct sigaction action;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(watched_signals) / sizeof(*watched_signals); i++)
		if (sigaction(watched_signals[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(&set, watched_signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The shell has the terminal meanwhile. The next sample asks for events again. */
static void suspend(struct top *top)
{
	watch_pause(&top->watch); /* a stream that is not read for long would end */
	screen_leave(&top->screen);
	kill(getpid(), SIGSTOP);
	screen_enter(&top->screen);
}

static int handle_signals(struct top *top)
{
	struct signalfd_siginfo info;

	while (!top->stop && read(top->signals, &info, sizeof(info)) == sizeof(info)) {
		int code = EXIT_DONE;

		if (info.ssi_signo == SIGTSTP)
			suspend(top);
		else if (info.ssi_signo == SIGCONT)
			watch_pause(&top->watch); /* its events may have ended meanwhile */
		else if (info.ssi_signo == SIGWINCH)
			screen_measure(&top->screen);
		else
			top->stop = true;
		if (top->screen.terminal && !top->stop)
			code = show_top(top);
		if (code)
			return code;
	}
	return EXIT_DONE;
}

static void handle_key(struct top *top, short revents)
{
	char key = revents & POLLIN ? screen_key(&top->screen) : 0;

	if (key == 'q' || key == 'Q' || (revents & (POLLHUP | POLLERR | POLLNVAL)))
		top->stop = true;
}

/* Reads events, keys and signals until it is time. */
static int wait_until(struct top *top, double deadline)
{
	int code = EXIT_DONE;
	double left;

	while (!top->stop && !code && (left = deadline - now_in_seconds()) > 0) {
		struct pollfd fds[] = {
			{ .fd = top->signals, .events = POLLIN },
			{ .fd = top->screen.keys ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = top->watch.events ? netfwv6_events_fd(top->watch.events) : -1,
			  .events = POLLIN },
		};
		int ms = left * 1000 < ALIVE_MS ? (int)(left * 1000) + 1 : ALIVE_MS;

		if (poll(fds, sizeof(fds) / sizeof(*fds), ms) > 0) {
			code = handle_signals(top);
			handle_key(top, fds[1].revents);
		}
		watch_take(&top->watch);
	}
	return code;
}

static int show_screens(struct top *top, uint64_t interval, uint64_t screens)
{
	int code = take_sample(top);
	double deadline = top->taken;

	if (!code && top->screen.terminal)
		code = show_top(top);
	for (uint64_t n = 0; !code && (!screens || n < screens); n++) {
		deadline += (double)interval;
		if (deadline < now_in_seconds()) /* it was stopped for a while */
			deadline = now_in_seconds() + (double)interval;
		code = wait_until(top, deadline);
		if (code || top->stop)
			break;
		code = take_sample(top);
		top->shown = true;
		if (!code)
			code = show_top(top);
	}
	return code;
}

static bool open_top(struct top *top)
{
	top->hits = calloc(1, sizeof(*top->hits));
	top->hits_before = calloc(1, sizeof(*top->hits_before));
	if (!watch_open(&top->watch))
		return false;
	if (!top->hits || !top->hits_before) {
		complain("out of memory");
		return false;
	}
	top->signals = open_top_signals();
	if (top->signals < 0)
		complain("cannot receive signals: %s", strerror(errno));
	return top->signals >= 0;
}

static void close_top(struct top *top)
{
	watch_close(&top->watch);
	free(top->hits);
	free(top->hits_before);
	free(top->sample.hits.hits);
	free_reports(&top->sample.reports);
	free_reports(&top->sample.before);
	if (top->signals >= 0)
		close(top->signals);
}

int run_top(struct cli *cli)
{
	struct top *top CLEANUP(free_at) = calloc(1, sizeof(*top)); /* too large for the stack */
	uint64_t interval = 1, screens = 0;
	int code = take_number_of("interval", cli->interval, 1, MOST_SECONDS, &interval);

	if (code == GO_ON)
		code = take_number_of("count", cli->count, 1, UINT64_MAX, &screens);
	if (code == GO_ON && !top) {
		complain("out of memory");
		code = EXIT_OTHER;
	}
	if (code != GO_ON)
		return code;
	top->cli = cli;
	top->signals = -1;
	code = EXIT_OTHER;
	if (open_top(top)) {
		screen_open(&top->screen);
		code = show_screens(top, interval, screens);
		screen_leave(&top->screen);
	}
	close_top(top);
	return code;
}
