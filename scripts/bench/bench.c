// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 21
#define QUICK_ROUNDS 3

int bench_rounds(void)
{
	const char *quick = getenv("BENCH_QUICK");

	return quick && strcmp(quick, "1") == 0 ? QUICK_ROUNDS : ROUNDS;
}

double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

FILE *csv_create(const char *path, const char *heading)
{
	FILE *csv = fopen(path, "we");

	if (!csv)
		give_up(path);
	fprintf(csv, "%s\n", heading);
	return csv;
}

void csv_close(FILE *csv, const char *path)
{
	if (ferror(csv) | fclose(csv))
		give_up(path);
}

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
