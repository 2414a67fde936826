/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What contenders are asked to judge. */
#ifndef BENCH_WORKS_H
#define BENCH_WORKS_H

#include "contender.h"
#include "load.h"

enum target {
	TO_CLOSED,
	TO_RANDOM_CLOSED,
	TO_RANDOM_AFTER_UPTIME,
	TO_IN_USE,
	TO_RANDOM_IN_USE,
	TO_OPEN,
	TO_CONVERSATION,
};

struct work {
	const char *name;
	enum target target;
	int protocol;
	uint8_t tcp_flags;
	int options; /* extension headers */
	bool is_ipv4;
	bool grows; /* it is measured with more ports, connections and flows, too */
};

extern const struct work works[];
extern const size_t n_works;

/* Does it pass, with every contender that can do the work? */
bool work_passes(const struct work *work);

/* Can the contender do it, and is it worth knowing? */
bool work_is_for(const struct work *work, const struct contender *c);

/* The load that it is, but for the number of frames. */
struct load work_load(const struct work *work, const struct contender *c);

#endif
