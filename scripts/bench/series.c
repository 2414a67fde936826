// SPDX-License-Identifier: LGPL-2.1-or-later
#include "series.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void check(netfwv6_result result)
{
	if (NETFWV6_SUCCEEDED(result))
		return;
	fprintf(stderr, "bench: %s\n", netfwv6_detail());
	exit(1);
}

void give_up(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

double median(struct series *series)
{
	qsort(series->values, ROUNDS, sizeof(double), by_value);
	return series->values[ROUNDS / 2];
}

void print_series(struct series *series, const char *unit)
{
	double middle = median(series);

	printf("  %-44s %10.1f %s   (%.1f .. %.1f)\n", series->name, middle, unit,
	       series->values[ROUNDS / 10], series->values[ROUNDS - 1 - ROUNDS / 10]);
}
