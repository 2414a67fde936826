/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What top measured in one interval, and how it looks. */
#ifndef NETFWV6_CLI_TOP_H
#define NETFWV6_CLI_TOP_H

#include "reports.h"
#include "watch.h"

struct sample {
	double elapsed; /* seconds since the sample before */
	struct reports reports, before;
	bool ports_counted; /* by the kernel, else the ports are those of the events */
	struct port_hits hits;
	const char *why_not; /* events cannot be watched; NULL: they are */
	struct watched watched;
};

/* Room for so many lines. */
#define ANY_ROWS SIZE_MAX

/* The sample as text of at most so many lines, if that is enough for every table's head. */
char *format_sample(const struct cli *cli, const struct sample *sample, size_t rows);

#endif
