// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the log costs a flood, and counting by port: packets to a closed port dropped while
 * nothing is logged, while drops are logged and a writer writes them, and while they are
 * counted by port, round by round. Raw values go to log.csv.
 *
 * Run by scripts/bench/run, in a network namespace that has the devices fw0 and fw1, which
 * are joined.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define FLOOD 1000000
#define BATCH 64 /* frames at a time: fewer than a veth queue holds */

struct frame {
	struct ether_header ethernet;
	struct ip6_hdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

struct flood {
	struct netfwv6_mgr *mgr;
	struct netfwv6_connection *connection;
	int firewall; /* the program that is attached */
	int sender;   /* one that sends a frame out of fw1, and so into fw0 */
	struct frame frame;
};

static void build(struct frame *frame)
{
	frame->ethernet.ether_type = htons(ETHERTYPE_IPV6);
	frame->ip.ip6_flow = htonl(6 << 28);
	frame->ip.ip6_plen = htons(sizeof(frame->tcp));
	frame->ip.ip6_nxt = IPPROTO_TCP;
	frame->ip.ip6_hlim = 64;
	inet_pton(AF_INET6, "2001:db8::2", &frame->ip.ip6_src);
	inet_pton(AF_INET6, "2001:db8::1", &frame->ip.ip6_dst);
	frame->tcp.th_dport = htons(444);
	frame->tcp.th_off = sizeof(frame->tcp) / 4;
	frame->tcp.th_flags = TH_SYN;
}

static void stay_on_cpu(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		give_up("cannot choose a CPU");
}

/* ---- Floods: nanoseconds a packet ---------------------------------------------------- */

static double run_program(struct flood *flood)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &flood->frame,
		    .data_size_in = sizeof(flood->frame), .repeat = FLOOD);

	if (bpf_prog_test_run_opts(flood->firewall, &run) || run.retval != XDP_DROP)
		give_up("the firewall's program does not drop");
	return run.duration;
}

static uint64_t dropped(struct flood *flood)
{
	struct netfwv6_counter counters[64];
	uint64_t packets = 0;
	size_t n;

	check(netfwv6_connection_get_counters(flood->connection, 64, sizeof(struct netfwv6_counter),
					      counters, &n));
	for (size_t i = 0; i < n; i++)
		if (strcmp(counters[i].reason, "closed-tcp") == 0)
			packets = counters[i].packets;
	return packets;
}

/* What this CPU has worked for us, whoever else wanted it. */
static double worked(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* Sending, crossing the link, receiving and dropping, all on this CPU. */
static double cross_link(struct flood *flood)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &flood->frame,
		    .data_size_in = sizeof(flood->frame), .repeat = FLOOD,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);
	uint64_t before = dropped(flood);
	double start = worked();

	if (bpf_prog_test_run_opts(flood->sender, &run))
		give_up("cannot send frames");
	return (worked() - start) / (dropped(flood) - before);
}

static int load_sender(void)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_1,
		  .imm = (int)if_nametoindex("fw1") },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "sender", "GPL", program, 4, NULL);
}

/* ---- Rounds ------------------------------------------------------------------------------ */

/* It holds from the next second on. */
static void set_rate(struct flood *flood, uint32_t rate)
{
	check(netfwv6_mgr_put_log_rate(flood->mgr, rate));
	sleep(1);
}

struct way {
	const char *title;
	double (*flood)(struct flood *flood);
};

static FILE *csv;

static void put(const struct way *way, const char *logging, int round, double ns)
{
	fprintf(csv, "%s,%s,%d,%.3f\n", way->title, logging, round, ns);
}

static void measure(struct flood *flood, const struct way *way)
{
	for (int round = 0; round < bench_rounds(); round++) {
		put(way, "nothing is logged", round, way->flood(flood));
		check(netfwv6_mgr_put_log_dropped_packets(flood->mgr, true));
		set_rate(flood, 1000);
		put(way, "logged at 1000 a second and CPU", round, way->flood(flood));
		set_rate(flood, UINT32_MAX);
		put(way, "logged without a limit", round, way->flood(flood));
		check(netfwv6_mgr_put_log_dropped_packets(flood->mgr, false));
		check(netfwv6_mgr_put_port_hits_counted(flood->mgr, true));
		put(way, "port hits are counted", round, way->flood(flood));
		check(netfwv6_mgr_put_port_hits_counted(flood->mgr, false));
	}
}

/* ---- The writer -------------------------------------------------------------------------- */

/* On another CPU where there is one, as interrupts of one queue come to one CPU. */
static pid_t start_writer(const char *path)
{
	pid_t child;

	child = fork();
	if (child == 0) {
		stay_on_cpu(sysconf(_SC_NPROCESSORS_ONLN) > 1);
		execl("build/netfwv6", "netfwv6", "-q", "logd", NULL);
		give_up("build/netfwv6");
	}
	while (child > 0 && access(path, F_OK))
		if (waitpid(child, NULL, WNOHANG))
			exit(1); /* it has said why */
	return child;
}

static void measure_all(struct flood *flood)
{
	static const struct way alone = { "program alone", run_program };
	static const struct way whole = { "from link to drop", cross_link };
	struct netfwv6_connection_status status = { .sz = sizeof(status) };

	check(netfwv6_connection_get_status(flood->connection, &status));
	flood->firewall = bpf_prog_get_fd_by_id(status.program_id);
	flood->sender = load_sender();
	if (flood->firewall < 0 || flood->sender < 0)
		give_up("cannot get at programs");
	build(&flood->frame);
	measure(flood, &whole);
	measure(flood, &alone);
}

int main(void)
{
	const struct netfwv6_enable_options native = { .sz = sizeof(native),
						       .mode = NETFWV6_MODE_NATIVE };
	char directory[] = "/tmp/nf6-bench-XXXXXX", path[64], old[64];
	struct flood flood = {};
	pid_t writer;

	if (!mkdtemp(directory))
		give_up(directory);
	snprintf(path, sizeof(path), "%s/log", directory);
	snprintf(old, sizeof(old), "%s/log.old", directory);
	csv = csv_create("build/bench/log.csv", "way,logging,round,ns");
	stay_on_cpu(0);
	check(netfwv6_mgr_open(&flood.mgr, NULL));
	check(netfwv6_mgr_get_connection(flood.mgr, "fw0", &flood.connection));
	check(netfwv6_connection_enable_firewall(flood.connection, &native));
	check(netfwv6_mgr_put_logfile_path(flood.mgr, path));
	writer = start_writer(path);
	measure_all(&flood);
	kill(writer, SIGTERM);
	waitpid(writer, NULL, 0);
	check(netfwv6_connection_disable_firewall(flood.connection));
	check(netfwv6_mgr_remove(flood.mgr));
	netfwv6_connection_free(flood.connection);
	netfwv6_mgr_close(flood.mgr);
	unlink(path);
	unlink(old);
	rmdir(directory);
	csv_close(csv, "build/bench/log.csv");
	return 0;
}
