/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Following events as they happen: what monitor and capture have in common. */
#ifndef NETFWV6_CLI_FOLLOW_H
#define NETFWV6_CLI_FOLLOW_H

#include <signal.h>

#include "filter.h"
#include "output.h"

struct follow {
	struct cli *cli;
	/* The caller sets these. */
	struct netfwv6_events_options options;
	void (*put_event)(struct follow *follow, const struct netfwv6_event *event);
	void (*put_missed)(struct follow *follow, const struct netfwv6_missed_events *missed);
	struct output output; /* its fd */
	/* What came of it. */
	uint64_t events;
	struct netfwv6_missed_events missed;
	/* For follow.c alone. */
	struct filter filter;
	struct netfwv6_counter *reasons;
	struct netfwv6_events *stream;
	uint64_t limit; /* how many events end it; 0: any number */
	uint64_t not_written;
	int64_t stopped_at; /* when a signal ended it, CLOCK_REALTIME in nanoseconds; or 0 */
	sig_atomic_t tick;  /* the last one that was noticed */
	int waited;	    /* ticks in which the output took nothing */
};

/*
 * Takes the filters and -c from the command line, opens the stream and catches signals: an
 * exit code, or GO_ON. In either case follow_end() is to be called.
 */
int follow_begin(struct follow *follow);

/* Has a signal asked for the end? */
bool follow_is_stopped(void);

/* Keeps the stream alive while something else takes its time. */
void follow_keep_alive(struct follow *follow);

/*
 * Puts events into the output until a signal comes, until there were enough, or until the
 * output is closed: an exit code. Complains of what goes wrong.
 */
int follow_run(struct follow *follow);

uint64_t follow_missed(const struct follow *follow);

void follow_end(struct follow *follow);

#endif
