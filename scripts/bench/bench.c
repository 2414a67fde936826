// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a verdict and a leaving packet cost. Programs run through
 * bpf_prog_test_run beside one that does nothing but return its verdict, round by
 * round, so that whatever else the machine does meets all of them; medians and their
 * spread are printed.
 *
 * Run by scripts/bench/run, in a network namespace that has the device fw0.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <glob.h>
#include <linux/bpf.h>
#include <net/ethernet.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "series.h"

#define REPEAT 1000000

#define OPEN_PORT 443
#define CLOSED_PORT 444

#define MAX_FRAME 256
#define MAX_ROWS 16

#define NEXT ((uint32_t)-1) /* TC_ACT_UNSPEC */

/* ---- Verdicts ---------------------------------------------------------------- */

static int load_bare(enum bpf_prog_type type, int verdict)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(type, "bare", "GPL", program, 2, NULL);

	if (fd < 0) {
		perror("bench: cannot load the bare program");
		exit(1);
	}
	return fd;
}

struct row {
	const char *name;
	int protocol, options;
	uint16_t source, port; /* host byte order */
	uint8_t tcp_flags;
	uint32_t wanted;
};

#define HOST_PORT 40000	  /* in use; connected sockets have it */
#define REMOTE_PORT 40001 /* their other end */

/* An Ethernet frame between ports of ::1, behind so many options headers. */
static size_t build(unsigned char *frame, const struct row *row)
{
	struct ether_header *eth = (void *)frame;
	struct ip6_hdr *ip = (void *)(eth + 1);
	unsigned char *at = (void *)(ip + 1);
	size_t transport =
		row->protocol == IPPROTO_TCP ? sizeof(struct tcphdr) : sizeof(struct udphdr);
	const uint16_t ports[2] = { htons(row->source), htons(row->port) };

	memset(frame, 0, MAX_FRAME);
	eth->ether_type = htons(ETHERTYPE_IPV6);
	ip->ip6_flow = htonl(6 << 28);
	ip->ip6_plen = htons((uint16_t)(8 * row->options + transport));
	ip->ip6_nxt = row->options ? IPPROTO_DSTOPTS : row->protocol;
	ip->ip6_src = ip->ip6_dst = in6addr_loopback;
	for (int options = row->options; options; options--, at += 8) {
		const unsigned char header[8] = { options > 1 ? IPPROTO_DSTOPTS : row->protocol, 0,
						  1, 4 };

		memcpy(at, header, sizeof(header));
	}
	memcpy(at, ports, sizeof(ports));
	if (row->protocol == IPPROTO_TCP)
		at[13] = row->tcp_flags;
	return at + transport - frame;
}

static double run_once(int program, const struct row *row)
{
	unsigned char frame[MAX_FRAME];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = REPEAT);

	opts.data_size_in = (uint32_t)build(frame, row);
	if (bpf_prog_test_run_opts(program, &opts) || opts.retval != row->wanted) {
		fprintf(stderr, "bench: %s: verdict %u instead of %u\n", row->name, opts.retval,
			row->wanted);
		exit(1);
	}
	return opts.duration;
}

/* Runs all rows and a bare program, round by round. */
static void measure(const char *title, int program, int bare, const struct row *rows, size_t n)
{
	struct series series[MAX_ROWS + 1] = {};
	struct row nothing = rows[0];
	double floor;

	nothing.wanted = rows[n].wanted;
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < n; i++)
			series[i].values[round] = run_once(program, &rows[i]);
		series[n].values[round] = run_once(bare, &nothing);
	}
	printf("%s, ns a packet, medians of %d interleaved rounds of %d:\n", title, ROUNDS, REPEAT);
	series[n].name = rows[n].name;
	floor = median(&series[n]);
	print_series(&series[n], "ns");
	for (size_t i = 0; i < n; i++) {
		series[i].name = rows[i].name;
		print_series(&series[i], "ns");
		printf("  %44s %+10.1f ns\n", "beside the bare program",
		       median(&series[i]) - floor);
	}
	putchar('\n');
}

#define SYN 0x02
#define ACK 0x10

static void measure_ingress(int program)
{
	static const struct row rows[] = {
		{ "SYN to a closed, unused port", IPPROTO_TCP, 0, 9, CLOSED_PORT, SYN, XDP_DROP },
		{ "ACK to a closed, unused port", IPPROTO_TCP, 0, 9, CLOSED_PORT, ACK, XDP_DROP },
		{ "UDP to a closed, unused port", IPPROTO_UDP, 0, 9, CLOSED_PORT, 0, XDP_DROP },
		{ "SYN to a closed port behind 2 options headers", IPPROTO_TCP, 2, 9, CLOSED_PORT,
		  SYN, XDP_DROP },
		{ "ACK to a closed port in use, no match", IPPROTO_TCP, 0, 9, HOST_PORT, ACK,
		  XDP_DROP },
		{ "UDP to a closed port in use, no match", IPPROTO_UDP, 0, 9, HOST_PORT, 0,
		  XDP_DROP },
		{ "segment of an established connection", IPPROTO_TCP, 0, REMOTE_PORT, HOST_PORT,
		  ACK, XDP_PASS },
		{ "datagram for a connected UDP socket", IPPROTO_UDP, 0, REMOTE_PORT, HOST_PORT, 0,
		  XDP_PASS },
		{ "TCP to an open port", IPPROTO_TCP, 0, 9, OPEN_PORT, SYN, XDP_PASS },
		{ "UDP to an open port", IPPROTO_UDP, 0, 9, OPEN_PORT, 0, XDP_PASS },
		{ "bare program: return XDP_DROP", 0, 0, 0, 0, 0, XDP_DROP },
	};

	measure("Ingress program alone", program, load_bare(BPF_PROG_TYPE_XDP, XDP_DROP), rows,
		sizeof(rows) / sizeof(*rows) - 1);
}

static void measure_egress(int program)
{
	static const struct row rows[] = {
		{ "TCP of a socket of this host", IPPROTO_TCP, 0, HOST_PORT, REMOTE_PORT, ACK,
		  NEXT },
		{ "TCP of a machine behind it", IPPROTO_TCP, 0, 9, 9, ACK, NEXT },
		{ "UDP of a connected socket", IPPROTO_UDP, 0, HOST_PORT, REMOTE_PORT, 0, NEXT },
		{ "UDP of an unconnected socket", IPPROTO_UDP, 0, 9, 9, 0, NEXT },
		{ "bare program: return TC_ACT_UNSPEC", 0, 0, 0, 0, 0, NEXT },
	};

	measure("Egress program alone", program, load_bare(BPF_PROG_TYPE_SCHED_CLS, (int)NEXT),
		rows, sizeof(rows) / sizeof(*rows) - 1);
}

/* ---- A conversation ------------------------------------------------------------ */

static int socket_at(int type, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
					.sin6_port = htons(port),
					.sin6_addr = in6addr_loopback };
	int fd = socket(AF_INET6, type, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("bench: cannot bind a socket");
		exit(1);
	}
	return fd;
}

static void connect_to(int fd, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
					.sin6_port = htons(port),
					.sin6_addr = in6addr_loopback };

	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("bench: cannot connect a socket");
		exit(1);
	}
}

/* Connected sockets on HOST_PORT; enabling the firewall marks it as in use. */
static void make_conversation(void)
{
	int listener = socket_at(SOCK_STREAM, REMOTE_PORT);

	listen(listener, 1);
	connect_to(socket_at(SOCK_STREAM, HOST_PORT), REMOTE_PORT);
	connect_to(socket_at(SOCK_DGRAM, HOST_PORT), REMOTE_PORT);
}

/* The program behind the only link pinned in a directory of the state root. */
static int program_of(const struct netfwv6_mgr *mgr, const char *directory)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	glob_t pins;
	char pattern[256];
	int link;

	snprintf(pattern, sizeof(pattern), "%s/%s/*", netfwv6_mgr_state_dir(mgr), directory);
	if (glob(pattern, 0, NULL, &pins) || pins.gl_pathc != 1)
		return -1;
	link = bpf_obj_get(pins.gl_pathv[0]);
	globfree(&pins);
	if (link < 0 || bpf_obj_get_info_by_fd(link, &info, &size))
		return -1;
	close(link);
	return bpf_prog_get_fd_by_id(info.prog_id);
}

/* Beside each other, as a ratio of medians hides what a round did to both. */
static void measure_hits(struct netfwv6_mgr *mgr, int program, const struct row *row)
{
	struct series closed = { .name = row->name };
	struct series counted = { .name = "the same, port hits counted" };
	struct series ratio = { .name = "that, where not counted is 100" };

	for (int round = 0; round < ROUNDS; round++) {
		closed.values[round] = run_once(program, row);
		check(netfwv6_mgr_put_port_hits_counted(mgr, true));
		counted.values[round] = run_once(program, row);
		check(netfwv6_mgr_put_port_hits_counted(mgr, false));
		ratio.values[round] = 100 * counted.values[round] / closed.values[round];
	}
	print_series(&closed, "ns");
	print_series(&counted, "ns");
	print_series(&ratio, "%");
}

static void measure_all_hits(struct netfwv6_mgr *mgr, int program)
{
	static const struct row rows[] = {
		{ "SYN to a closed, unused port", IPPROTO_TCP, 0, 9, CLOSED_PORT, SYN, XDP_DROP },
		{ "UDP to a closed, unused port", IPPROTO_UDP, 0, 9, CLOSED_PORT, 0, XDP_DROP },
	};

	printf("Counting by port, ns a packet, medians of %d interleaved rounds of %d:\n", ROUNDS,
	       REPEAT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		measure_hits(mgr, program, &rows[i]);
	putchar('\n');
}

static void measure_programs(struct netfwv6_mgr *mgr)
{
	int ingress = program_of(mgr, "links"), egress = program_of(mgr, "egress");

	measure_ingress(ingress);
	measure_all_hits(mgr, ingress);
	if (egress < 0)
		puts("Egress program: this kernel has no TCX, so it is not measured.\n");
	else
		measure_egress(egress);
}

int main(void)
{
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;

	check(netfwv6_mgr_open(&mgr, NULL));
	check(netfwv6_mgr_get_connection(mgr, "fw0", &connection));
	check(netfwv6_mgr_open_global_port(mgr, OPEN_PORT, NETFWV6_PROTOCOL_TCP, NULL));
	check(netfwv6_mgr_open_global_port(mgr, OPEN_PORT, NETFWV6_PROTOCOL_UDP, NULL));
	make_conversation();
	check(netfwv6_connection_enable_firewall(connection, NULL));
	measure_programs(mgr);
	check(netfwv6_connection_disable_firewall(connection));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return 0;
}
