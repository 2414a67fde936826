// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What verdicts and leaving packets cost by themselves: programs run through
 * bpf_prog_test_run, beside one that does nothing but return its verdict. Raw values go to
 * program.csv; how long programs are, and how many instructions a packet takes where the
 * machine counts them, to size.csv.
 *
 * Run by scripts/bench/run, in a network namespace that has the device fw0.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <glob.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <net/ethernet.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define REPEAT 1000000

#define OPEN_PORT 443
#define CLOSED_PORT 444

#define MAX_FRAME 256

#define NEXT ((uint32_t)-1) /* TC_ACT_UNSPEC */

static FILE *program_csv, *size_csv;

/* ---- Running ---------------------------------------------------------------------- */

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

static double run_once(int program, const struct row *row, int repeat)
{
	unsigned char frame[MAX_FRAME];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = repeat);

	opts.data_size_in = (uint32_t)build(frame, row);
	if (bpf_prog_test_run_opts(program, &opts) || opts.retval != row->wanted) {
		fprintf(stderr, "bench: %s: verdict %u instead of %u\n", row->name, opts.retval,
			row->wanted);
		exit(1);
	}
	return opts.duration;
}

/* ---- Sizes ------------------------------------------------------------------------ */

/* Of all CPUs' kernels this thread runs on; -1 where the machine does not count. */
static int count_instructions(void)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_user = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Instructions of the machine a packet, test run included; 0 where it does not count. */
static double instructions_of(int program, const struct row *row)
{
	int counter = count_instructions();
	uint64_t count = 0;

	if (counter < 0)
		return 0;
	run_once(program, row, REPEAT);
	ioctl(counter, PERF_EVENT_IOC_RESET, 0);
	run_once(program, row, REPEAT);
	if (read(counter, &count, sizeof(count)) != sizeof(count))
		count = 0;
	close(counter);
	return (double)count / REPEAT;
}

static void put_length(const char *name, int program)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		give_up("cannot look at a program");
	fprintf(size_csv, "%s,,%u,\n", name, info.jited_prog_len);
}

/* ---- Rows ------------------------------------------------------------------------- */

/* Programs beside each other: the firewall's, and the bare one for its verdict. */
struct stand {
	const char *name;
	int program;
	const struct row *rows;
	size_t n;
};

/* The verdict decides which bare program stands beside. */
struct bare {
	const char *name;
	uint32_t verdict;
	int program;
};

static void measure_bare(const struct bare *bare, int round)
{
	struct row nothing = { .name = "any packet", .protocol = IPPROTO_TCP };

	nothing.wanted = bare->verdict;
	fprintf(program_csv, "%s,%s,%d,%.3f\n", bare->name, nothing.name, round,
		run_once(bare->program, &nothing, REPEAT));
}

static void measure_rows(const struct stand *stand, int round)
{
	for (size_t i = 0; i < stand->n; i++)
		fprintf(program_csv, "%s,%s,%d,%.3f\n", stand->name, stand->rows[i].name, round,
			run_once(stand->program, &stand->rows[i], REPEAT));
}

static void measure_sizes(const struct stand *stand, const struct bare *bare)
{
	struct row nothing = { .name = "any packet", .protocol = IPPROTO_TCP };
	double floor;

	nothing.wanted = bare->verdict;
	floor = instructions_of(bare->program, &nothing);
	put_length(stand->name, stand->program);
	for (size_t i = 0; i < stand->n && floor > 0; i++)
		fprintf(size_csv, "%s,%s,,%.1f\n", stand->name, stand->rows[i].name,
			instructions_of(stand->program, &stand->rows[i]) - floor);
}

#define SYN 0x02
#define ACK 0x10

static const struct row ingress[] = {
	{ "SYN to a closed port", IPPROTO_TCP, 0, 9, CLOSED_PORT, SYN, XDP_DROP },
	{ "ACK to a closed port", IPPROTO_TCP, 0, 9, CLOSED_PORT, ACK, XDP_DROP },
	{ "UDP to a closed port", IPPROTO_UDP, 0, 9, CLOSED_PORT, 0, XDP_DROP },
	{ "SYN behind two extension headers to a closed port", IPPROTO_TCP, 2, 9, CLOSED_PORT, SYN,
	  XDP_DROP },
	{ "ACK to a port in use", IPPROTO_TCP, 0, 9, HOST_PORT, ACK, XDP_DROP },
	{ "UDP to a port in use", IPPROTO_UDP, 0, 9, HOST_PORT, 0, XDP_DROP },
	{ "ACK of a live conversation", IPPROTO_TCP, 0, REMOTE_PORT, HOST_PORT, ACK, XDP_PASS },
	{ "UDP of a live conversation", IPPROTO_UDP, 0, REMOTE_PORT, HOST_PORT, 0, XDP_PASS },
	{ "SYN to an open port", IPPROTO_TCP, 0, 9, OPEN_PORT, SYN, XDP_PASS },
	{ "UDP to an open port", IPPROTO_UDP, 0, 9, OPEN_PORT, 0, XDP_PASS },
};

static const struct row egress[] = {
	{ "TCP of a socket of this host", IPPROTO_TCP, 0, HOST_PORT, REMOTE_PORT, ACK, NEXT },
	{ "TCP of a machine behind it", IPPROTO_TCP, 0, 9, 9, ACK, NEXT },
	{ "UDP of a connected socket", IPPROTO_UDP, 0, HOST_PORT, REMOTE_PORT, 0, NEXT },
	{ "UDP of an unconnected socket", IPPROTO_UDP, 0, 9, 9, 0, NEXT },
};

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

/* The program behind the only link that is pinned for a hook. */
static int program_of(const struct netfwv6_mgr *mgr, const char *hook)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	glob_t pins;
	char pattern[256];
	int link;

	snprintf(pattern, sizeof(pattern), "%s/links/*-%s", netfwv6_mgr_state_dir(mgr), hook);
	if (glob(pattern, 0, NULL, &pins) || pins.gl_pathc != 1)
		return -1;
	link = bpf_obj_get(pins.gl_pathv[0]);
	globfree(&pins);
	if (link < 0 || bpf_obj_get_info_by_fd(link, &info, &size))
		return -1;
	close(link);
	return bpf_prog_get_fd_by_id(info.prog_id);
}

/* ---- The whole -------------------------------------------------------------------- */

static void measure(const struct netfwv6_mgr *mgr)
{
	const struct bare bares[] = {
		{ "bare-drop", XDP_DROP, load_bare(BPF_PROG_TYPE_XDP, XDP_DROP) },
		{ "bare-pass", XDP_PASS, load_bare(BPF_PROG_TYPE_XDP, XDP_PASS) },
		{ "bare-egress", NEXT, load_bare(BPF_PROG_TYPE_SCHED_CLS, (int)NEXT) },
	};
	const struct stand in = { "netfwv6", program_of(mgr, "xdp"), ingress,
				  sizeof(ingress) / sizeof(*ingress) };
	const struct stand out = { "netfwv6-egress", program_of(mgr, "learn"), egress,
				   sizeof(egress) / sizeof(*egress) };
	bool has_egress = out.program >= 0;

	if (!has_egress)
		fputs("bench: this kernel has no TCX: the egress program is not measured\n",
		      stderr);
	for (int round = 0; round < bench_rounds(); round++) {
		for (size_t i = 0; i < sizeof(bares) / sizeof(*bares); i++)
			measure_bare(&bares[i], round);
		measure_rows(&in, round);
		if (has_egress)
			measure_rows(&out, round);
	}
	measure_sizes(&in, &bares[0]);
	if (has_egress)
		measure_sizes(&out, &bares[2]);
}

int main(void)
{
	const struct netfwv6_enable_options native = { .sz = sizeof(native),
						       .mode = NETFWV6_MODE_NATIVE };
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;

	program_csv = csv_create("build/bench/program.csv", "program,work,round,ns");
	size_csv = csv_create("build/bench/size.csv", "program,work,jited_bytes,instructions");
	check(netfwv6_mgr_open(&mgr, NULL));
	check(netfwv6_mgr_get_connection(mgr, "fw0", &connection));
	check(netfwv6_mgr_open_global_port(mgr, OPEN_PORT, NETFWV6_PROTOCOL_TCP, NULL));
	check(netfwv6_mgr_open_global_port(mgr, OPEN_PORT, NETFWV6_PROTOCOL_UDP, NULL));
	make_conversation();
	check(netfwv6_connection_enable_firewall(connection, &native));
	measure(mgr);
	check(netfwv6_connection_disable_firewall(connection));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	csv_close(program_csv, "build/bench/program.csv");
	csv_close(size_csv, "build/bench/size.csv");
	return 0;
}
