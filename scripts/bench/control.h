/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the control plane's benchmark share. */
#ifndef BENCH_CONTROL_H
#define BENCH_CONTROL_H

#include "bench.h"

#include <stdbool.h>

/* A port that no contender has open, as scripts/bench/contenders spreads them. */
#define CHANGED_PORT 444

/* One measured value; the rows of a round were measured interleaved. */
void put_row(const char *tool, const char *operation, double ns);

/*
 * Enters the network namespace of a contender, which scripts/bench/control-plane names in
 * the environment: BENCH_NETNS_ and its name. False: it is missing.
 */
bool enter(const char *contender);

/* Starts and ends within one round. */
void measure_library(struct netfwv6_mgr *mgr);
void measure_switch(void);
void measure_commands(void);

/* nftables through its library; when that is missing at build time, says so and does nothing. */
void start_libnftables(void);
void measure_libnftables(void);

/* Until packets are dropped after a port was closed; see seen.c. */
void start_seen(struct netfwv6_connection *connection);
void measure_seen(struct netfwv6_mgr *mgr);

#endif
