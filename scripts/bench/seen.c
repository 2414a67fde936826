// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How long until packets see a change. A thread, on another CPU where there is one, runs the
 * program that is attached to the device on a SYN to a port, one run after the other; this
 * one closes the port. The time is taken from before the call of the library until the other
 * thread has its first verdict to drop in hand. So it includes the call, the way of a cache
 * line to the other CPU, the rest of the run that was under way, and one whole run with its
 * system call, some microseconds: it is an upper bound of what a packet would see.
 */
#include "control.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/ethernet.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define CLOSINGS 20 /* a round */

struct frame {
	struct ether_header ethernet;
	struct ip6_hdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

static int program;
static struct frame frame;
static atomic_int passes; /* runs since the watch began that let the packet pass */

void start_seen(struct netfwv6_connection *connection)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };

	check(netfwv6_connection_get_status(connection, &status));
	program = bpf_prog_get_fd_by_id(status.program_id);
	if (program < 0)
		give_up("cannot get at the program");
	frame.ethernet.ether_type = htons(ETHERTYPE_IPV6);
	frame.ip.ip6_flow = htonl(6 << 28);
	frame.ip.ip6_plen = htons(sizeof(frame.tcp));
	frame.ip.ip6_nxt = IPPROTO_TCP;
	frame.ip.ip6_hlim = 64;
	inet_pton(AF_INET6, "2001:db8::2", &frame.ip.ip6_src);
	inet_pton(AF_INET6, "2001:db8::1", &frame.ip.ip6_dst);
	frame.tcp.th_sport = htons(9);
	frame.tcp.th_dport = htons(CHANGED_PORT);
	frame.tcp.th_off = sizeof(frame.tcp) / 4;
	frame.tcp.th_flags = TH_SYN;
}

static bool is_dropped(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &frame, .data_size_in = sizeof(frame),
		    .repeat = 1);

	if (bpf_prog_test_run_opts(program, &run))
		give_up("cannot run the program");
	return run.retval == XDP_DROP;
}

/* The thread: notes when the first packet is dropped. */
static void *watch(void *time)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) > 1, &cpus);
	pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	while (!is_dropped())
		atomic_fetch_add(&passes, 1);
	*(double *)time = now();
	return NULL;
}

static double close_under_watch(struct netfwv6_mgr *mgr)
{
	double start, end;
	pthread_t watcher;

	check(netfwv6_mgr_open_global_port(mgr, CHANGED_PORT, NETFWV6_PROTOCOL_TCP, NULL));
	atomic_store(&passes, 0);
	errno = pthread_create(&watcher, NULL, watch, &end);
	if (errno)
		give_up("cannot start a thread");
	while (atomic_load(&passes) < 10)
		;
	start = now();
	check(netfwv6_mgr_close_global_port(mgr, CHANGED_PORT, NETFWV6_PROTOCOL_TCP));
	pthread_join(watcher, NULL);
	return end - start;
}

/* This thread stays on the first CPU meanwhile, away from the watcher. */
void measure_seen(struct netfwv6_mgr *mgr)
{
	cpu_set_t all, first;
	double sum = 0;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_getaffinity(0, sizeof(all), &all);
	sched_setaffinity(0, sizeof(first), &first);
	for (int i = 0; i < CLOSINGS; i++)
		sum += close_under_watch(mgr);
	sched_setaffinity(0, sizeof(all), &all);
	put_row("netfwv6 library", "until packets see it", sum / CLOSINGS);
}
