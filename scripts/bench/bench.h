/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What benchmarks share. They write raw values; scripts/bench/report makes tables of them. */
#ifndef BENCH_H
#define BENCH_H

#include <netfwv6.h>
#include <stdio.h>

/* How often everything is measured: fewer with BENCH_QUICK=1. */
int bench_rounds(void);

/* CLOCK_MONOTONIC, in nanoseconds. */
double now(void);

/* A file of raw values, begun with its heading. */
FILE *csv_create(const char *path, const char *heading);
void csv_close(FILE *csv, const char *path);

/* Ends the benchmark with a sentence: of the library about a failed call, of errno. */
void check(netfwv6_result result);
void give_up(const char *what) __attribute__((noreturn));

#endif
