// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The whole way of an event: a packet on the wire, or a connection of real sockets, until
 * its line in the log, against a file that was read by people. Times are a pattern.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cli/w3c.h"
#include "packet/build.h"
#include "reasons.h"
#include "sockets.h"
#include "writer.h"

#define IN_USE_PORT 5001 /* of a socket of the host that talks to somebody else */
#define PORT_OF_PEER 6001
#define PORT_OF_HOST 6002

/* ---- Sockets ------------------------------------------------------------------------------ */

static struct sockaddr_in6 address_of(const char *text, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
	return address;
}

static int bound_socket(int type, const char *address, uint16_t port)
{
	struct sockaddr_in6 own = address_of(address, port);
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0), on = 1;

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	return fd;
}

static int socket_of_peer(int type, uint16_t port)
{
	int fd;

	enter_peer();
	fd = bound_socket(type, PEER_ADDRESS, port);
	enter_host();
	return fd;
}

static void connect_to(int fd, const char *address, uint16_t port)
{
	struct sockaddr_in6 to = address_of(address, port);

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		fail_msg("connect: %s", strerror(errno));
}

/* Has the host talk from a port, so that packets to it are looked at more closely. */
static void use_port(uint16_t port)
{
	int tcp = bound_socket(SOCK_STREAM, HOST_ADDRESS, port);
	int udp = bound_socket(SOCK_DGRAM, HOST_ADDRESS, port);
	struct sockaddr_in6 peer = address_of(PEER_ADDRESS, 9);

	assert_int_equal(sendto(udp, "", 1, 0, (struct sockaddr *)&peer, sizeof(peer)), 1);
	assert_int_not_equal(connect(tcp, (struct sockaddr *)&peer, sizeof(peer)), 0);
	assert_int_equal(errno, ECONNREFUSED);
	close(tcp);
	close(udp);
}

/* ---- Dropped packets ------------------------------------------------------------------------- */

struct row {
	enum reason reason;
	uint8_t protocol;
	uint16_t port;
	const struct piece *link, *packet;
};

#define TAG_OF(tci) TAG(ETH_P_8021Q, tci)
#define ON_ETHERNET(...) PIECES(ETHERNET), PIECES(__VA_ARGS__)

static const struct row rows[] = {
	{ REASON_CLOSED_TCP, IPPROTO_TCP, 443, ON_ETHERNET(IPV6, L4) },
	{ REASON_CLOSED_TCP, IPPROTO_TCP, 22, ON_ETHERNET(IPV6, DEST(0), L4, DATA(100)) },
	{ REASON_CLOSED_UDP, IPPROTO_UDP, 53, ON_ETHERNET(IPV6, L4, DATA(5)) },
	{ REASON_CLOSED_UDP, IPPROTO_UDP, 53, ON_ETHERNET(TAG_OF(0), IPV6, L4, DATA(5)) },
	{ REASON_TRUNCATED, IPPROTO_TCP, 443, ON_ETHERNET(IPV6, KEEP(14)) },
	{ REASON_TRUNCATED, IPPROTO_TCP, 443, ON_ETHERNET(IPV6, L4, KEEP(4)) },
	{ REASON_PAST_PAYLOAD, IPPROTO_TCP, 443, ON_ETHERNET(IPV6_LENGTH(7), L4, DATA(64)) },
	{ REASON_MANY_HEADERS, IPPROTO_UDP, 53,
	  ON_ETHERNET(IPV6, HEADERS(IPPROTO_DSTOPTS, 0, 16), L4) },
	{ REASON_SHORT_FRAGMENT, IPPROTO_TCP, 443,
	  ON_ETHERNET(IPV6, FRAGMENT(0, MORE), NEXT_IS_L4) },
	{ REASON_HIDDEN_FRAGMENT, IPPROTO_TCP, 443,
	  ON_ETHERNET(IPV6, DEST(0), FRAGMENT(0, MORE), L4, DATA(64)) },
	{ REASON_JUMBOGRAM, IPPROTO_UDP, 53,
	  ON_ETHERNET(IPV6_LENGTH(0), JUMBO(JUMBO_OPTION, 4, 0), L4, DATA(100)) },
	{ REASON_MANY_TAGS, IPPROTO_TCP, 443,
	  ON_ETHERNET(TAG_OF(1), TAG_OF(2), TAG_OF(3), IPV6, L4) },
	{ REASON_BAD_VERSION, IPPROTO_TCP, 443, ON_ETHERNET(IPV6_VERSION(4), L4) },
	{ REASON_UNMATCHED_TCP, IPPROTO_TCP, IN_USE_PORT, ON_ETHERNET(IPV6, L4) },
	{ REASON_UNMATCHED_UDP, IPPROTO_UDP, IN_USE_PORT, ON_ETHERNET(IPV6, L4, DATA(1)) },
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static const char *const keywords[REASON_COUNT] = {
#define X(number, identifier, keyword, sentence) [number] = keyword,
	NETFWV6_REASONS(X)
#undef X
};

static void set_addresses(struct frame *frame)
{
	uint8_t *ip = frame->bytes + frame->ip;

	if (!frame->ip || frame->length < frame->ip + 40)
		return;
	inet_pton(AF_INET6, PEER_ADDRESS, ip + 8);
	inet_pton(AF_INET6, HOST_ADDRESS, ip + 24);
}

static int open_wire(void)
{
	struct sockaddr_ll device = { .sll_family = AF_PACKET };
	int fd;

	enter_peer();
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	device.sll_ifindex = (int)if_nametoindex(PEER_DEVICE);
	enter_host();
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&device, sizeof(device)), 0);
	return fd;
}

/* One after the other: each is counted before the next is sent. */
static void send_row(int wire, const struct row *row)
{
	static struct frame frame;
	struct variant v = { .protocol = row->protocol, .target = row->port, .decoy = 0x1106 };
	uint64_t before = packets(HOST_DEVICE, keywords[row->reason]);

	frame_build(&frame, row->link, row->packet, &v);
	set_addresses(&frame);
	assert_int_equal(send(wire, frame.bytes, frame.length, 0), frame.length);
	wait_for_packets(HOST_DEVICE, keywords[row->reason], before + 1);
}

static void every_reason_is_tried(void **s)
{
	(void)s;
	for (int reason = REASON_FIRST_DROP; reason < REASON_COUNT; reason++) {
		bool tried = !keywords[reason];

		for (size_t i = 0; i < ROWS; i++)
			tried = tried || (int)rows[i].reason == reason;
		if (!tried)
			fail_msg("no packet is dropped as %s", keywords[reason]);
	}
}

/* ---- Against the golden file ------------------------------------------------------------------- */

/* The log with times as a pattern; each of them is one of now, give or take. */
static const char *without_times(time_t start)
{
	static char text[65536];
	char *log = strdup(text_of_file(log_path)), *rest = log;

	*text = '\0';
	for (char *line; (line = strsep(&rest, "\n")) && *line;) {
		struct tm tm = { .tm_isdst = -1 };
		const char *behind = strptime(line, "%Y-%m-%d %H:%M:%S", &tm);

		if (*line != '#') {
			assert_non_null(behind);
			assert_in_range(mktime(&tm), start - 1, time(NULL) + 1);
			strcat(text, "DATE TIME");
		}
		strcat(strcat(text, *line == '#' ? line : behind), "\n");
	}
	free(log);
	return text;
}

static void is_as_in(const char *golden, const char *got)
{
	char *left = strdup(text_of_file(golden)), *right = strdup(got);
	char *wanted_rest = left, *got_rest = right;

	while (wanted_rest || got_rest)
		assert_string_equal(strsep(&got_rest, "\n") ?: "nothing",
				    strsep(&wanted_rest, "\n") ?: "nothing");
	free(left);
	free(right);
}

static void log_is_as_in(const char *golden)
{
	time_t start = time(NULL);
	struct writer writer;
	int wire = open_wire();

	use_port(IN_USE_PORT);
	start_writer(&writer, NULL);
	for (size_t i = 0; i < ROWS; i++)
		send_row(wire, &rows[i]);
	close(wire);
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	assert_string_equal(errors_of(&writer), "");
	is_as_in(golden, without_times(start));
}

static void dropped_packets_of_every_reason(void **s)
{
	(void)s;
	log_is_as_in("tests/cli/log/golden/drops.log");
}

/* The first tag is no longer in the frame when the guard meets it, but in its size. */
static void dropped_packets_without_xdp(void **s)
{
	(void)s;
	log_is_as_in("tests/cli/log/golden/drops.log");
}

/* Inbound, and closed by either side first. */
static void inbound_connection(uint16_t peer_port, bool host_ends)
{
	int listener = bound_socket(SOCK_STREAM, HOST_ADDRESS, PORT_OF_HOST);
	int peer = socket_of_peer(SOCK_STREAM, peer_port), host;
	char opened[64], closed[64];

	snprintf(opened, sizeof(opened), HOST_ADDRESS " %u %u ", peer_port, PORT_OF_HOST);
	snprintf(closed, sizeof(closed), PEER_ADDRESS " %u %u ", PORT_OF_HOST, peer_port);
	assert_int_equal(listen(listener, 1), 0);
	connect_to(peer, HOST_ADDRESS, PORT_OF_HOST);
	host = accept(listener, NULL, NULL);
	assert_true(host >= 0);
	wait_for_text(log_path, opened);
	close(host_ends ? host : peer);
	assert_int_equal(read(host_ends ? peer : host, &(char){ 0 }, 1), 0);
	close(host_ends ? peer : host);
	wait_for_text(log_path, closed);
	close(listener);
}

static void outbound_connection(void)
{
	int listener = socket_of_peer(SOCK_STREAM, PORT_OF_PEER + 10), accepted;
	int host = bound_socket(SOCK_STREAM, HOST_ADDRESS, PORT_OF_HOST + 10);

	assert_int_equal(listen(listener, 1), 0);
	connect_to(host, PEER_ADDRESS, PORT_OF_PEER + 10);
	accepted = accept(listener, NULL, NULL);
	assert_true(accepted >= 0);
	wait_for_text(log_path, " OPEN TCP");
	close(accepted);
	assert_int_equal(read(host, &(char){ 0 }, 1), 0);
	close(host);
	wait_for_text(log_path, "6012 6011 - - - - - - - - -"); /* the line of its end */
	close(listener);
}

static void connections_of_both_directions(void **s)
{
	time_t start = time(NULL);
	struct writer writer;

	(void)s;
	must("%s -q log --dropped off --connections on && %s -q open %d/tcp", netfwv6(), netfwv6(),
	     PORT_OF_HOST);
	start_writer(&writer, NULL);
	inbound_connection(PORT_OF_PEER, false);
	inbound_connection(PORT_OF_PEER + 1, true);
	outbound_connection();
	use_port(IN_USE_PORT); /* a connection that is refused never stood */
	drop_packets(1);       /* is not asked for */
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	is_as_in("tests/cli/log/golden/connections.log", without_times(start));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_is_tried),
		log_test_native(dropped_packets_of_every_reason),
		log_test(dropped_packets_without_xdp),
		log_test(connections_of_both_directions),
	};

	return cmocka_run_group_tests_name("golden", tests, world_setup, world_teardown);
}
