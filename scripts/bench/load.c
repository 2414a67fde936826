// SPDX-License-Identifier: LGPL-2.1-or-later
#include "load.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "generator.skel.h"
#include "meter.h"
#include "meter.skel.h"
#include "bench.h"

#define MAX_CPUS 2
#define PATIENCE 2e9 /* nanoseconds for the last frames to come in */

static struct generator_bpf *generator;
static struct meter *meter_of_cpu;
static struct meter_bpf *meter;
static int source_ns, cpus;

void enter_namespace(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		give_up("cannot enter a network namespace");
}

void load_begin(int generator_ns)
{
	source_ns = generator_ns;
	cpus = libbpf_num_possible_cpus();
	generator = generator_bpf__open_and_load();
	meter = meter_bpf__open_and_load();
	meter_of_cpu = calloc((size_t)cpus, sizeof(*meter_of_cpu));
	if (!generator || !meter || !meter_of_cpu || meter_bpf__attach(meter))
		give_up("cannot load the generator and the meter");
}

/* ---- Counts ------------------------------------------------------------------------- */

static struct meter read_meter(void)
{
	struct meter sum = {};
	uint32_t key = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(meter->maps.meters), &key, meter_of_cpu))
		give_up("cannot read the meter");
	for (int cpu = 0; cpu < cpus; cpu++) {
		sum.time += meter_of_cpu[cpu].time;
		sum.timed += meter_of_cpu[cpu].timed;
		sum.untimed += meter_of_cpu[cpu].untimed;
		sum.lost += meter_of_cpu[cpu].lost;
	}
	return sum;
}

/* A counter of IPv6 in this namespace: "name value" lines. */
static uint64_t read_ipv6_counter(const char *name)
{
	FILE *file = fopen("/proc/thread-self/net/snmp6", "re");
	char found[64];
	unsigned long long value = 0, at;

	if (!file)
		give_up("/proc/net/snmp6");
	while (fscanf(file, "%63s %llu", found, &at) == 2)
		if (strcmp(found, name) == 0)
			value = at;
	fclose(file);
	return value;
}

/* The second line of "Ip:" has the values; the third of them is what was received. */
static uint64_t read_ipv4_received(void)
{
	FILE *file = fopen("/proc/thread-self/net/snmp", "re");
	unsigned long long received = 0;
	char line[1024];

	if (!file)
		give_up("/proc/net/snmp");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Ip: %*u %*u %llu", &received) == 1)
			break;
	fclose(file);
	return received;
}

/* What got as far as no contender can stop it any more. */
static uint64_t count_passed(int version)
{
	return version == 6 ? read_ipv6_counter("Ip6InDelivers") : read_ipv4_received();
}

/* ---- Sending ------------------------------------------------------------------------ */

struct sender {
	pthread_t thread;
	const struct load *load;
	pthread_barrier_t *start;
	int cpu;
	uint32_t frames;
	double time; /* that it took */
	int error;
};

static void stay_on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		give_up("cannot choose a CPU");
}

static void *send_frames(void *argument)
{
	struct sender *sender = argument;
	unsigned char frame[FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .repeat = (int)sender->frames,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = LOAD_BATCH);

	run.data_size_in = (uint32_t)frame_build(&sender->load->frame, frame);
	stay_on_cpu(sender->cpu);
	enter_namespace(source_ns);
	pthread_barrier_wait(sender->start);
	sender->time = -now();
	if (bpf_prog_test_run_opts(bpf_program__fd(generator->progs.generate), &run))
		sender->error = errno;
	sender->time += now();
	return NULL;
}

/* On the last CPUs, as the first has most else to do. Returns how long the slowest took. */
static double send_all(const struct load *load)
{
	struct sender senders[MAX_CPUS] = {};
	pthread_barrier_t start;
	double longest = 0;

	pthread_barrier_init(&start, NULL, (unsigned int)load->cpus);
	for (int i = 0; i < load->cpus; i++) {
		senders[i] = (struct sender){ .load = load,
					      .start = &start,
					      .frames = load->frames / load->cpus };
		senders[i].cpu = (int)sysconf(_SC_NPROCESSORS_ONLN) - 1 - i;
		errno = pthread_create(&senders[i].thread, NULL, send_frames, &senders[i]);
		if (errno)
			give_up("cannot start a sender");
	}
	for (int i = 0; i < load->cpus; i++) {
		pthread_join(senders[i].thread, NULL);
		errno = senders[i].error;
		if (errno)
			give_up("cannot send frames: BPF_F_TEST_XDP_LIVE_FRAMES takes Linux 5.18");
		if (senders[i].time > longest)
			longest = senders[i].time;
	}
	pthread_barrier_destroy(&start);
	return longest;
}

static void aim(const struct load *load)
{
	char device[IFNAMSIZ];

	snprintf(device, sizeof(device), "g%u", load->frame.id);
	enter_namespace(source_ns);
	generator->bss->device = if_nametoindex(device);
	if (!generator->bss->device)
		give_up(device);
	generator->bss->targets = (uint32_t)load->n_ports;
	if (load->n_ports)
		memcpy(generator->bss->ports, load->ports, load->n_ports * sizeof(*load->ports));
}

/* ---- The whole ---------------------------------------------------------------------- */

static uint64_t arrived(const struct meter *before)
{
	struct meter now = read_meter();

	return now.timed + now.untimed + now.lost -
	       (before->timed + before->untimed + before->lost);
}

/* Softirqs may have been left to a kernel thread. */
static void wait_for(unsigned int id, uint64_t frames, const struct meter *before)
{
	double start = now();

	while (arrived(before) < frames && now() - start < PATIENCE)
		sched_yield();
	if (arrived(before) >= frames && arrived(before) <= frames + LOAD_BACKGROUND)
		return;
	fprintf(stderr,
		"bench: of %llu frames to contender %u %llu came in or were refused: what "
		"became of the rest is not known\n",
		(unsigned long long)frames, id, (unsigned long long)arrived(before));
	exit(1);
}

void load_run(const struct load *load, int host_ns, struct load_result *result)
{
	struct meter before, after;
	struct stat ns;
	uint64_t passed;

	*result = (struct load_result){ .sent = load->frames / load->cpus * load->cpus };
	aim(load);
	enter_namespace(host_ns);
	if (fstat(host_ns, &ns))
		give_up("cannot look at a network namespace");
	meter->bss->measured_in = (uint32_t)ns.st_ino;
	meter->bss->measured = if_nametoindex("fw0");
	passed = count_passed(load->frame.version);
	before = read_meter();
	result->sending_ns = send_all(load);
	wait_for(load->frame.id, result->sent, &before);
	after = read_meter();
	result->passed = count_passed(load->frame.version) - passed;
	result->lost = after.lost - before.lost;
	result->received = result->sent - result->lost;
	result->ns = (double)(after.time - before.time) / (double)(after.timed - before.timed);
}
