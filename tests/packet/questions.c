// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Two CPUs take questions of one budget at the same time, without a lock. Once they have taken
 * one too many, there would be 2^64 of them for the rest of the jiffy, which a flood pays for.
 * Where that can happen, it does once in some thousand jiffies: NETFWV6_ASKED=400000000 asks
 * for a quarter of a minute.
 */
#include "rows.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "netfwv6.skel.h"
#include "programs.h"
#include "random.h"

#define QUESTIONS 64 /* of a jiffy */
#define CPUS 2
#define DEFAULT_ASKED 10000000

/* As the program's own data begin. */
struct budget {
	uint64_t jiffy, questions;
};

struct asker {
	pthread_t thread;
	int cpu, program;
	const struct frame *frame;
};

static volatile int asking;

/* Packets to closed ports, of no conversation: each takes a question, while there is one. */
static void *ask(void *argument)
{
	const struct asker *asker = argument;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = asker->frame->bytes,
		    .data_size_in = asker->frame->length,
		    .repeat = (int)setting("NETFWV6_ASKED", DEFAULT_ASKED));
	const struct sched_param first = { .sched_priority = 1 };
	char *error = NULL;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(asker->cpu, &cpu);
	pthread_setaffinity_np(pthread_self(), sizeof(cpu), &cpu);
	pthread_setschedparam(pthread_self(), SCHED_FIFO, &first); /* both at once */
	if (bpf_prog_test_run_opts(asker->program, &opts))
		error = strerror(errno);
	__atomic_fetch_sub(&asking, 1, __ATOMIC_RELAXED);
	return error;
}

static struct budget budget_of(const struct programs *programs)
{
	const struct bpf_map *data = programs->xdp->maps.bss;
	uint8_t value[256];
	struct budget budget;
	uint32_t key = 0;

	assert_true(bpf_map__value_size(data) <= sizeof(value));
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(data), &key, value), 0);
	memcpy(&budget, value, sizeof(budget));
	return budget;
}

/* The most questions there ever were; looked at often enough to see each jiffy. */
static uint64_t watch(const struct programs *programs)
{
	const struct sched_param first = { .sched_priority = 2 }, usual = {};
	const struct timespec nap = { .tv_nsec = 500000 };
	uint64_t most = 0;

	assert_int_equal(sched_setscheduler(0, SCHED_FIFO, &first), 0);
	while (asking) {
		uint64_t questions = budget_of(programs).questions;

		if (questions > most)
			most = questions;
		nanosleep(&nap, NULL);
	}
	assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &usual), 0);
	return most;
}

static void two_cpus_share_the_questions(void **state)
{
	static const struct variant v = { IPPROTO_UDP, CLOSED_PORT, OPEN_PORT };
	struct programs programs = programs_load(&(struct connection_config){});
	static struct asker askers[CPUS];
	static struct frame frame;
	uint64_t most;
	void *error;

	(void)state;
	if (sysconf(_SC_NPROCESSORS_ONLN) < CPUS)
		skip();
	link_build(&frame, LINK_PLAIN, PIECES(IPV6, L4), &v);
	asking = CPUS;
	for (int i = 0; i < CPUS; i++) {
		askers[i] = (struct asker){ .cpu = i,
					    .program = program_of_xdp(&programs, LINK_ETHERNET),
					    .frame = &frame };
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
	}
	most = watch(&programs);
	for (int i = 0; i < CPUS; i++) {
		pthread_join(askers[i].thread, &error);
		assert_null(error);
	}
	print_message("# there were %lu questions at most\n", (unsigned long)most);
	assert_true(most <= QUESTIONS);
	assert_int_not_equal(budget_of(&programs).jiffy, 0);
	programs_free(&programs);
}

void questions(struct table *t)
{
	table_add(t, "two CPUs share the questions of a jiffy", two_cpus_share_the_questions, NULL);
}
