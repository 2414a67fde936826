// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a verdict and a change cost. Verdicts run through bpf_prog_test_run beside a
 * program that does nothing but return its verdict, round by round, so that whatever
 * else the machine does meets all of them; medians and their spread are printed.
 *
 * Run by scripts/bench/run, in a network namespace that has the device fw0.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <net/ethernet.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netfwv6.h>

#define ROUNDS 21
#define REPEAT 1000000

#define OPEN_PORT 443
#define CLOSED_PORT 444

static void check(netfwv6_result result)
{
	if (NETFWV6_SUCCEEDED(result))
		return;
	fprintf(stderr, "bench: %s\n", netfwv6_detail());
	exit(1);
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

struct series {
	const char *name;
	double values[ROUNDS];
};

static double median(struct series *series)
{
	qsort(series->values, ROUNDS, sizeof(double), by_value);
	return series->values[ROUNDS / 2];
}

static void print_series(struct series *series, const char *unit)
{
	double middle = median(series);

	printf("  %-44s %10.1f %s   (%.1f .. %.1f)\n", series->name, middle, unit,
	       series->values[ROUNDS / 10], series->values[ROUNDS - 1 - ROUNDS / 10]);
}

/* ---- Verdicts ---------------------------------------------------------------- */

static int load_bare(int verdict)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "bare", "GPL", program, 2, NULL);

	if (fd < 0) {
		perror("bench: cannot load the bare program");
		exit(1);
	}
	return fd;
}

/* How many destination-options headers stand in front of the transport header. */
static size_t build(unsigned char *frame, int protocol, uint16_t port, int options)
{
	struct ether_header *eth = (void *)frame;
	struct ip6_hdr *ip = (void *)(eth + 1);
	unsigned char *at = (void *)(ip + 1);
	size_t transport = protocol == IPPROTO_TCP ? sizeof(struct tcphdr) : sizeof(struct udphdr);

	eth->ether_type = htons(ETHERTYPE_IPV6);
	ip->ip6_flow = htonl(6 << 28);
	ip->ip6_plen = htons((uint16_t)(8 * options + transport));
	ip->ip6_nxt = options ? IPPROTO_DSTOPTS : protocol;
	for (; options; options--, at += 8) {
		const unsigned char header[8] = { options > 1 ? IPPROTO_DSTOPTS : protocol, 0, 1,
						  4 };

		memcpy(at, header, sizeof(header));
	}
	port = htons(port);
	memcpy(at + 2, &port, sizeof(port)); /* the destination, in TCP as in UDP */
	return at + transport - frame;
}

static double run_once(int program, unsigned char *frame, size_t size, uint32_t wanted)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (uint32_t)size,
		    .repeat = REPEAT);

	if (bpf_prog_test_run_opts(program, &opts) || opts.retval != wanted) {
		fprintf(stderr, "bench: verdict %u instead of %u\n", opts.retval, wanted);
		exit(1);
	}
	return opts.duration;
}

static void measure_verdicts(int ours)
{
	static const struct {
		int protocol, options;
		uint16_t port;
		uint32_t wanted;
	} rows[] = {
		{ IPPROTO_TCP, 0, CLOSED_PORT, XDP_DROP },
		{ IPPROTO_UDP, 0, CLOSED_PORT, XDP_DROP },
		{ IPPROTO_TCP, 2, CLOSED_PORT, XDP_DROP },
		{ IPPROTO_TCP, 0, OPEN_PORT, XDP_PASS },
		{ IPPROTO_UDP, 0, OPEN_PORT, XDP_PASS },
	};
	enum { ROWS = sizeof(rows) / sizeof(*rows) };
	struct series series[ROWS + 2] = {
		{ .name = "TCP to a closed port" },
		{ .name = "UDP to a closed port" },
		{ .name = "TCP to a closed port behind 2 options headers" },
		{ .name = "TCP to an open port" },
		{ .name = "UDP to an open port" },
		{ .name = "bare program: return XDP_DROP" },
		{ .name = "bare program: return XDP_PASS" },
	};
	int drop = load_bare(XDP_DROP), pass = load_bare(XDP_PASS);
	unsigned char frame[256] = {};

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < ROWS; i++) {
			memset(frame, 0, sizeof(frame));
			series[i].values[round] = run_once(
				ours, frame,
				build(frame, rows[i].protocol, rows[i].port, rows[i].options),
				rows[i].wanted);
		}
		series[ROWS].values[round] = run_once(drop, frame, 74, XDP_DROP);
		series[ROWS + 1].values[round] = run_once(pass, frame, 74, XDP_PASS);
	}
	printf("Program alone, ns a packet (median of %d rounds of %d; 10 %% .. 90 %%):\n", ROUNDS,
	       REPEAT);
	for (int i = 0; i < ROWS + 2; i++)
		print_series(&series[i], "ns");
	printf("  closed port beside bare XDP_DROP: TCP +%.1f ns, UDP +%.1f ns\n",
	       median(&series[0]) - median(&series[ROWS]),
	       median(&series[1]) - median(&series[ROWS]));
}

/* ---- Changes ------------------------------------------------------------------ */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static void open_or_close_all(struct netfwv6_mgr *mgr, bool open)
{
	for (int i = 0; i < 2; i++) {
		uint32_t protocol = i ? NETFWV6_PROTOCOL_UDP : NETFWV6_PROTOCOL_TCP;

		check(open ? netfwv6_mgr_open_global_ports(mgr, 1, 65535, protocol, NULL) :
			     netfwv6_mgr_close_global_ports(mgr, 1, 65535, protocol));
	}
}

static void measure_changes(struct netfwv6_mgr *mgr)
{
	struct series one = { .name = "close one open port" };
	struct series again = { .name = "close one closed port" };
	struct series ask = { .name = "ask for one port" };
	struct series opens = { .name = "open one port" };
	struct series all = { .name = "close all 131070 ports" };
	struct series open_all = { .name = "open all 131070 ports" };
	enum { PORTS = 60000 };
	bool open;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now();

		open_or_close_all(mgr, true);
		open_all.values[round] = now() - start;
		start = now();
		for (uint32_t port = 1; port <= PORTS; port++)
			check(netfwv6_mgr_close_global_port(mgr, port, NETFWV6_PROTOCOL_TCP));
		one.values[round] = (now() - start) / PORTS;
		start = now();
		for (uint32_t port = 1; port <= PORTS; port++)
			check(netfwv6_mgr_close_global_port(mgr, port, NETFWV6_PROTOCOL_TCP));
		again.values[round] = (now() - start) / PORTS;
		start = now();
		for (uint32_t port = 1; port <= PORTS; port++)
			check(netfwv6_mgr_is_port_globally_open(mgr, port, NETFWV6_PROTOCOL_TCP,
								&open));
		ask.values[round] = (now() - start) / PORTS;
		start = now();
		for (uint32_t port = 1; port <= 1000; port++)
			check(netfwv6_mgr_open_global_port(mgr, port, NETFWV6_PROTOCOL_TCP, NULL));
		opens.values[round] = (now() - start) / 1000;
		open_or_close_all(mgr, true);
		start = now();
		open_or_close_all(mgr, false);
		all.values[round] = now() - start;
	}
	printf("\nThrough the library, ns a call:\n");
	print_series(&one, "ns");
	print_series(&again, "ns");
	print_series(&ask, "ns");
	print_series(&opens, "ns");
	print_series(&all, "ns");
	print_series(&open_all, "ns");
}

static void measure_switch(struct netfwv6_connection *connection)
{
	struct series enable = { .name = "enable" }, disable = { .name = "disable" };

	for (int round = 0; round < ROUNDS; round++) {
		double start = now();

		check(netfwv6_connection_enable_firewall(connection, NULL));
		enable.values[round] = (now() - start) / 1e6;
		start = now();
		check(netfwv6_connection_disable_firewall(connection));
		disable.values[round] = (now() - start) / 1e6;
	}
	printf("\nThe switch, with making and removing all state, ms a call:\n");
	print_series(&enable, "ms");
	print_series(&disable, "ms");
}

int main(void)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;

	check(netfwv6_mgr_open(&mgr, NULL));
	check(netfwv6_mgr_get_connection(mgr, "fw0", &connection));
	check(netfwv6_mgr_open_global_port(mgr, OPEN_PORT, NETFWV6_PROTOCOL_TCP, NULL));
	check(netfwv6_mgr_open_global_port(mgr, OPEN_PORT, NETFWV6_PROTOCOL_UDP, NULL));
	check(netfwv6_connection_enable_firewall(connection, NULL));
	check(netfwv6_connection_get_status(connection, &status));
	measure_verdicts(bpf_prog_get_fd_by_id(status.program_id));
	measure_changes(mgr);
	check(netfwv6_connection_disable_firewall(connection));
	measure_switch(connection);
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return 0;
}
