// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What receiving a packet costs with each contender, and how many a second two CPUs bear:
 * receive.csv and flood.csv.
 *
 *   receive PREFIX CONTENDER...
 *
 * PREFIX is that of the namespaces, CONTENDER as contender_take() has it. Each round measures
 * every work with every contender once, so whatever else the machine does meets them all.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contender.h"
#include "host.h"
#include "load.h"
#include "bench.h"
#include "works.h"

#define RECEIVE "build/bench/receive.csv"
#define FLOOD "build/bench/flood.csv"

#define WARM_UP 8192
#define TIME 2e7 /* nanoseconds that a measurement should take */
#define FEWEST 8192
#define MOST 1048576

struct bench {
	struct contender *contenders;
	int n;
	uint32_t *frames; /* of each contender and work; 0: not measured */
	FILE *receive, *flood;
};

static void check_verdict(const struct contender *c, const struct work *work,
			  const struct load_result *result)
{
	uint64_t expected = work_passes(work) ? result->received : 0;
	uint64_t off =
		result->passed > expected ? result->passed - expected : expected - result->passed;

	if (off <= LOAD_BACKGROUND)
		return;
	fprintf(stderr, "bench: %s, %s: of %llu packets %llu were delivered, and not %llu\n",
		c->name, work->name, (unsigned long long)result->received,
		(unsigned long long)result->passed, (unsigned long long)expected);
	exit(1);
}

static struct load_result measure(const struct contender *c, const struct work *work,
				  uint32_t frames, int cpus)
{
	struct load load = work_load(work, c);
	struct load_result result;

	load.frames = frames / LOAD_BATCH * LOAD_BATCH;
	load.cpus = cpus;
	load_run(&load, c->ns, &result);
	check_verdict(c, work, &result);
	return result;
}

/* As many frames as take so long. */
static uint32_t choose_frames(const struct contender *c, const struct work *work)
{
	double wanted = TIME / measure(c, work, WARM_UP, 1).ns;

	return wanted < FEWEST ? FEWEST : wanted > MOST ? MOST : (uint32_t)wanted;
}

static void warm_up(struct bench *bench)
{
	for (int i = 0; i < bench->n; i++)
		for (size_t w = 0; w < n_works; w++)
			if (work_is_for(&works[w], &bench->contenders[i]))
				bench->frames[i * n_works + w] =
					choose_frames(&bench->contenders[i], &works[w]);
}

static void measure_receiving(struct bench *bench, int round)
{
	for (size_t w = 0; w < n_works; w++)
		for (int i = 0; i < bench->n; i++) {
			const struct contender *c = &bench->contenders[i];
			uint32_t frames = bench->frames[i * n_works + w];

			if (frames)
				fprintf(bench->receive, "%s,%u,%u,%s,%s,%d,%.3f\n", c->name,
					c->open_ports, c->connections, c->full ? "full" : "empty",
					works[w].name, round, measure(c, &works[w], frames, 1).ns);
		}
}

/* ---- Floods on all CPUs ------------------------------------------------------------- */

static bool is_flood(const struct work *work)
{
	return strcmp(work->name, "SYN to a closed port") == 0 ||
	       strcmp(work->name, "UDP to random closed ports") == 0;
}

static bool is_plain(const struct contender *c)
{
	return !c->uptime && !c->full && c->connections <= 1 &&
	       (c->open_ports == 100 || c->open_ports == 0);
}

static void measure_flood(struct bench *bench, const struct contender *c, const struct work *work,
			  uint32_t frames, int round)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	struct load_result result;

	if (cpus > 2)
		cpus = 2;
	result = measure(c, work, frames * cpus, cpus);
	fprintf(bench->flood, "%s,%s,%d,%d,%.0f\n", c->name, work->name, cpus, round,
		(double)result.received / result.sending_ns * 1e9);
}

static void measure_floods(struct bench *bench, int round)
{
	for (size_t w = 0; w < n_works; w++)
		for (int i = 0; i < bench->n && is_flood(&works[w]); i++)
			if (is_plain(&bench->contenders[i]) &&
			    work_is_for(&works[w], &bench->contenders[i]))
				measure_flood(bench, &bench->contenders[i], &works[w],
					      bench->frames[i * n_works + w], round);
}

/* ---- The whole ---------------------------------------------------------------------- */

static void take_contenders(struct bench *bench, const char *prefix, char **list)
{
	char path[128];
	int generator_ns;

	snprintf(path, sizeof(path), "/run/netns/%s-gen", prefix);
	generator_ns = open(path, O_RDONLY | O_CLOEXEC);
	if (generator_ns < 0)
		give_up(path);
	load_begin(generator_ns);
	bench->contenders = calloc((size_t)bench->n, sizeof(*bench->contenders));
	bench->frames = calloc((size_t)bench->n * n_works, sizeof(*bench->frames));
	if (!bench->contenders || !bench->frames)
		give_up("contenders");
	for (int i = 0; i < bench->n; i++) {
		contender_take(list[i], prefix, &bench->contenders[i]);
		host_begin(&bench->contenders[i], generator_ns);
	}
}

int main(int argc, char **argv)
{
	struct bench bench = { .n = argc - 2 };

	if (argc < 3) {
		fprintf(stderr, "Usage: receive PREFIX CONTENDER...\n");
		return 2;
	}
	bench.receive = csv_create(RECEIVE, "contender,ports,connections,flows,work,round,ns");
	bench.flood = csv_create(FLOOD, "contender,work,cpus,round,pps");
	take_contenders(&bench, argv[1], argv + 2);
	warm_up(&bench);
	for (int round = 0; round < bench_rounds(); round++) {
		measure_receiving(&bench, round);
		measure_floods(&bench, round);
	}
	csv_close(bench.receive, RECEIVE);
	csv_close(bench.flood, FLOOD);
	return 0;
}
