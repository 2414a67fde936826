// SPDX-License-Identifier: LGPL-2.1-or-later
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "devices.h"
#include "world.h"

#define CONNECTED_PORT 5003
#define QUERIER_PORT 5004
#define ANSWERING 1000	/* the peer's port is that much further */
#define WINDOW 64	/* datagrams on their way: less than a socket's buffer holds */
#define SESSION_EVERY 8 /* datagrams of each stream */
#define FIRST_PORT 10000
#define PORTS 50000

static pid_t receiver, sender;

static const char *const sentences[STREAMS] = {
	[TO_OPEN_0] = "datagrams to the open port of the first device",
	[TO_OPEN_1] = "datagrams to the open port of the second device",
	[TO_CLOSED_0] = "datagrams to the closed port of the first device",
	[TO_CLOSED_1] = "datagrams to the closed port of the second device",
	[TO_CONNECTED] = "answers to a connected socket",
	[TO_QUERIER] = "answers to a query",
	[SESSIONS] = "sessions to the open port",
	[ATTEMPTS] = "attempts at the closed port",
};

static bool must_arrive(enum stream stream)
{
	return stream != TO_CLOSED_0 && stream != TO_CLOSED_1 && stream != ATTEMPTS;
}

static struct sockaddr_in6 address_of(const char *text, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	expect(inet_pton(AF_INET6, text, &address.sin6_addr) == 1);
	return address;
}

static int socket_at(int type, const char *address, uint16_t port)
{
	struct sockaddr_in6 own = address_of(address, port);
	int fd = socket(AF_INET6, type | SOCK_NONBLOCK, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	expect(bind(fd, (struct sockaddr *)&own, sizeof(own)) == 0);
	expect(type == SOCK_DGRAM || listen(fd, 64) == 0);
	return fd;
}

/* ---- The host --------------------------------------------------------------------- */

static void connect_to_peer(int fd)
{
	struct sockaddr_in6 peer = address_of(peer_address(0), CONNECTED_PORT + ANSWERING);

	expect(connect(fd, (struct sockaddr *)&peer, sizeof(peer)) == 0);
	expect(send(fd, "?", 1, 0) == 1);
}

static void query_peer(int fd)
{
	struct sockaddr_in6 peer = address_of(peer_address(0), QUERIER_PORT + ANSWERING);

	expect(sendto(fd, "?", 1, 0, (struct sockaddr *)&peer, sizeof(peer)) == 1);
}

static void take_all(struct traffic *traffic, enum stream stream, int fd)
{
	bool session = stream == SESSIONS || stream == ATTEMPTS;
	char byte;

	for (;;) {
		int got = session ? accept(fd, NULL, NULL) : (int)recv(fd, &byte, 1, 0);

		if (got < 0)
			return;
		traffic->got[stream]++;
		if (session)
			close(got);
	}
}

static void receive(void *context)
{
	struct traffic *traffic = context;
	struct pollfd fds[STREAMS];
	int sockets[STREAMS] = {
		[TO_OPEN_0] = socket_at(SOCK_DGRAM, host_address(0), TRAFFIC_OPEN),
		[TO_OPEN_1] = socket_at(SOCK_DGRAM, host_address(1), TRAFFIC_OPEN),
		[TO_CLOSED_0] = socket_at(SOCK_DGRAM, host_address(0), TRAFFIC_CLOSED),
		[TO_CLOSED_1] = socket_at(SOCK_DGRAM, host_address(1), TRAFFIC_CLOSED),
		[TO_CONNECTED] = socket_at(SOCK_DGRAM, host_address(0), CONNECTED_PORT),
		[TO_QUERIER] = socket_at(SOCK_DGRAM, host_address(0), QUERIER_PORT),
		[SESSIONS] = socket_at(SOCK_STREAM, host_address(0), TRAFFIC_OPEN),
		[ATTEMPTS] = socket_at(SOCK_STREAM, host_address(0), TRAFFIC_CLOSED),
	};

	connect_to_peer(sockets[TO_CONNECTED]);
	query_peer(sockets[TO_QUERIER]);
	for (int i = 0; i < STREAMS; i++)
		fds[i] = (struct pollfd){ .fd = sockets[i], .events = POLLIN };
	reach(&traffic->receiver_step, 1);
	for (;;) { /* until the test ends it */
		poll(fds, STREAMS, -1);
		for (int i = 0; i < STREAMS; i++)
			take_all(traffic, i, sockets[i]);
	}
}

/* ---- The peer --------------------------------------------------------------------- */

static void send_datagram(struct traffic *traffic, enum stream stream, int fd)
{
	static const uint16_t ports[] = {
		[TO_OPEN_0] = TRAFFIC_OPEN,	 [TO_OPEN_1] = TRAFFIC_OPEN,
		[TO_CLOSED_0] = TRAFFIC_CLOSED,	 [TO_CLOSED_1] = TRAFFIC_CLOSED,
		[TO_CONNECTED] = CONNECTED_PORT, [TO_QUERIER] = QUERIER_PORT,
	};
	bool second = stream == TO_OPEN_1 || stream == TO_CLOSED_1;
	struct sockaddr_in6 to = address_of(host_address(second), ports[stream]);

	while (must_arrive(stream) && traffic->sent[stream] - traffic->got[stream] >= WINDOW &&
	       !traffic->stop)
		sched_yield();
	expect(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) == 1);
	traffic->sent[stream]++;
}

/* Leaves no TIME_WAIT behind. */
static void reset(int fd)
{
	struct linger at_once = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}

/*
 * Each from the next port: what may remain of the host's end of a session has ended long before its
 * port comes again, so a SYN that is sent again was lost on its way.
 */
static void begin_session(struct traffic *traffic)
{
	uint16_t port = FIRST_PORT + traffic->sent[SESSIONS] % PORTS;
	struct sockaddr_in6 to = address_of(host_address(0), TRAFFIC_OPEN);
	struct sockaddr_in6 from = address_of(peer_address(0), port);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	struct tcp_info info = {};
	socklen_t size = sizeof(info);

	expect(bind(fd, (struct sockaddr *)&from, sizeof(from)) == 0);
	expect(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	traffic->sent[SESSIONS]++;
	expect(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
	traffic->sent_again += info.tcpi_total_retrans;
	while (traffic->got[SESSIONS] < traffic->sent[SESSIONS] && !traffic->stop)
		sched_yield(); /* until it is accepted */
	reset(fd);
}

static void try_session(struct traffic *traffic)
{
	struct sockaddr_in6 to = address_of(host_address(0), TRAFFIC_CLOSED);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);

	expect(connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno == EINPROGRESS);
	traffic->sent[ATTEMPTS]++;
	close(fd);
}

static void send_all(void *context)
{
	const uint16_t connected = CONNECTED_PORT + ANSWERING, querier = QUERIER_PORT + ANSWERING;
	struct traffic *traffic = context;
	int sockets[] = {
		[TO_OPEN_0] = socket_at(SOCK_DGRAM, peer_address(0), 0),
		[TO_OPEN_1] = socket_at(SOCK_DGRAM, peer_address(1), 0),
		[TO_CLOSED_0] = socket_at(SOCK_DGRAM, peer_address(0), 0),
		[TO_CLOSED_1] = socket_at(SOCK_DGRAM, peer_address(1), 0),
		[TO_CONNECTED] = socket_at(SOCK_DGRAM, peer_address(0), connected),
		[TO_QUERIER] = socket_at(SOCK_DGRAM, peer_address(0), querier),
	};

	reach(&traffic->sender_step, 1);
	await_in_child(&traffic->receiver_step, 1);
	for (unsigned int round = 0; !traffic->stop; round++) {
		for (int i = TO_OPEN_0; i <= TO_QUERIER; i++)
			send_datagram(traffic, i, sockets[i]);
		if (round % SESSION_EVERY == 0) {
			begin_session(traffic);
			try_session(traffic);
		}
	}
}

/* ---- Both --------------------------------------------------------------------------- */

/*
 * Sessions are so many that ports are used again. Where a reset meets a socket of the host's on
 * its way from FIN-WAIT-1 to FIN-WAIT-2, what remains of it should be gone by then.
 */
static void forget_sessions_soon(void)
{
	must("echo 1 >/proc/sys/net/ipv4/tcp_fin_timeout");
}

struct traffic *traffic_start(void)
{
	struct traffic *traffic = shared_memory(sizeof(*traffic));

	forget_sessions_soon();
	enter_peer();
	sender = start_job(&root_user, send_all, traffic);
	enter_host();
	await_child(sender, &traffic->sender_step, 1);
	receiver = start_job(&root_user, receive, traffic);
	await_child(receiver, &traffic->receiver_step, 1);
	traffic_flows(traffic);
	return traffic;
}

struct mark {
	struct traffic *traffic;
	uint64_t sent[STREAMS];
};

static bool all_have_moved(void *context)
{
	struct mark *mark = context;
	bool moved = true;

	assert_running(sender);
	assert_running(receiver);
	for (int i = 0; i < STREAMS; i++)
		moved = moved && mark->traffic->sent[i] > mark->sent[i];
	return moved;
}

void traffic_flows(struct traffic *traffic)
{
	struct mark mark = { .traffic = traffic };

	for (int i = 0; i < STREAMS; i++)
		mark.sent[i] = traffic->sent[i];
	wait_until(all_have_moved, &mark, "the traffic went on");
}

static void assert_none_arrived(const struct traffic *traffic)
{
	for (int i = 0; i < STREAMS; i++)
		if (!must_arrive(i) && traffic->got[i])
			fail_msg("%s: %llu of %llu arrived", sentences[i],
				 (unsigned long long)traffic->got[i],
				 (unsigned long long)traffic->sent[i]);
}

static bool all_have_arrived(void *context)
{
	struct traffic *traffic = context;
	bool arrived = true;

	for (int i = 0; i < STREAMS; i++)
		arrived = arrived && (!must_arrive(i) || traffic->got[i] == traffic->sent[i]);
	return arrived;
}

/* So that nothing is on its way any more. */
static bool all_were_dropped(void *context)
{
	struct traffic *traffic = context;

	return dropped(devices[0]) >= traffic->sent[TO_CLOSED_0] + traffic->sent[ATTEMPTS] &&
	       dropped(devices[1]) >= traffic->sent[TO_CLOSED_1];
}

void traffic_end(struct traffic *traffic)
{
	uint64_t all = 0;

	traffic->stop = true;
	finish(sender);
	assert_none_arrived(traffic);
	wait_until(all_have_arrived, traffic, "all that was sent to open ports arrived");
	wait_until(all_were_dropped, traffic, "what was sent to closed ports was dropped");
	assert_none_arrived(traffic);
	assert_int_equal(traffic->sent_again, 0);
	end_child(receiver);
	for (int i = 0; i < STREAMS; i++)
		all += traffic->sent[i];
	print_message("# %llu packets and sessions\n", (unsigned long long)all);
}
