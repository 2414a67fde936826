/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The dropped packets that top watches: who sent them, and to which closed ports. */
#ifndef NETFWV6_CLI_WATCH_H
#define NETFWV6_CLI_WATCH_H

#include "port_hits.h"
#include "sources.h"

/* What came in an interval. */
struct watched {
	uint64_t read, suppressed, lost;
	char ended[256]; /* why the events did, in this interval; or empty */
	struct port_hits hits;
	struct source sources[SOURCES_MAX];
	size_t n_sources;
};

struct watch {
	struct netfwv6_events *events; /* NULL: they cannot be watched, see why */
	char why[256];
	bool ended; /* in this interval */
	struct sources *sources;
	struct hit_counts *ports, *ports_before; /* of all events, and at the interval's start */
	struct netfwv6_missed_events missed;	 /* since the events were opened */
	uint64_t read;				 /* in this interval */
};

/* Complains when memory is exhausted. The caller closes it, whatever the answer. */
bool watch_open(struct watch *watch);
void watch_close(struct watch *watch);

/* Opens the events, if they are not. The caller tries again, as the state may be made later. */
void watch_try(struct watch *watch, struct cli *cli);

/* Ends them. */
void watch_pause(struct watch *watch);

/* Takes the events that are there, at most so many that the caller gets a turn. */
void watch_take(struct watch *watch);

/*
 * Tells of the interval that ends now, and begins another. Complains when memory is exhausted.
 * The caller frees the ports.
 */
bool watch_interval(struct watch *watch, struct watched *watched);

/* By how much what was read is to be multiplied for an estimate of what there was. */
double watched_scale(const struct watched *watched);

#endif
