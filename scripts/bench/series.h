/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What benchmarks share: rounds of measurements, and what becomes of them. */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include <netfwv6.h>

#define ROUNDS 21

struct series {
	const char *name;
	double values[ROUNDS];
};

/* Sorts the values. */
double median(struct series *series);

void print_series(struct series *series, const char *unit);

/* CLOCK_MONOTONIC, in nanoseconds. */
double now(void);

/* Ends the benchmark with a sentence: of the library about a failed call, of errno. */
void check(netfwv6_result result);
void give_up(const char *what) __attribute__((noreturn));

#endif
