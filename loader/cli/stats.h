/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that is counted, and three ways to show it. */
#ifndef NETFWV6_CLI_STATS_H
#define NETFWV6_CLI_STATS_H

#include "flows.h"
#include "port_hits.h"
#include "reports.h"

struct stats {
	struct reports reports;
	struct flows flows;
	size_t open_ports[2]; /* globally: TCP, UDP */
	bool ports_counted;
	struct port_hits hits;
};

void print_stats(const struct cli *cli, const struct stats *stats);

/* An exit code. */
int print_stats_json(const struct cli *cli, const struct stats *stats);

/* Prometheus' text format 0.0.4. */
void print_stats_prometheus(const struct stats *stats);

#endif
