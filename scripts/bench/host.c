// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"
#include "bench.h"

#define OPEN_PORT 1   /* the first that is open, however many are */
#define PATIENCE 5000 /* milliseconds */

static struct sockaddr_in6 address_of(const struct contender *c, int end, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	char text[INET6_ADDRSTRLEN];

	snprintf(text, sizeof(text), "fd00:6:%u::%d", c->id, end);
	inet_pton(AF_INET6, text, &address.sin6_addr);
	return address;
}

static int socket_at(const struct contender *c, int type, int end, uint16_t port)
{
	struct sockaddr_in6 address = address_of(c, end, port);
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		give_up("cannot bind a socket");
	return fd;
}

/* Nobody reads it: what comes after the first few datagrams ends at the socket. */
static void keep_small(int fd)
{
	int size = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static void connect_to(int fd, const struct sockaddr_in6 *to)
{
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		give_up("cannot connect through a contender that should let answers in");
}

/* ---- Services --------------------------------------------------------------------- */

static void must_be_acceptable(int listener)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };

	if (poll(&ready, 1, PATIENCE) != 1)
		give_up("an open port lets nobody in");
}

/* A listener whose queue is full, so that a SYN ends there, without an answer. */
static void serve(const struct contender *c, int generator_ns)
{
	struct sockaddr_in6 service = address_of(c, 1, OPEN_PORT);
	int listener, first;

	keep_small(socket_at(c, SOCK_DGRAM, 1, OPEN_PORT));
	listener = socket_at(c, SOCK_STREAM, 1, OPEN_PORT);
	listen(listener, 0);
	enter_namespace(generator_ns);
	first = socket_at(c, SOCK_STREAM, 2, 9);
	connect_to(first, &service);
	must_be_acceptable(listener);
	enter_namespace(c->ns);
}

/* ---- Conversations ------------------------------------------------------------------ */

static uint32_t sequence_of(int fd, int queue)
{
	uint32_t sequence;
	socklen_t size = sizeof(sequence);

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) ||
	    getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &sequence, &size))
		give_up("cannot read a connection's sequence numbers");
	return sequence;
}

static void note_sequences(struct contender *c, int fd)
{
	int on = TCP_REPAIR_ON, off = TCP_REPAIR_OFF_NO_WP;

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)))
		give_up("cannot read a connection's sequence numbers");
	c->sequence = sequence_of(fd, TCP_RECV_QUEUE);
	c->acknowledgement = sequence_of(fd, TCP_SEND_QUEUE);
	setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off));
}

static void talk(struct contender *c, int generator_ns)
{
	struct sockaddr_in6 far = address_of(c, 2, FAR_PORT);
	int listener, tcp, udp;

	enter_namespace(generator_ns);
	listener = socket_at(c, SOCK_STREAM, 2, FAR_PORT);
	listen(listener, 1);
	keep_small(socket_at(c, SOCK_DGRAM, 2, FAR_PORT));
	enter_namespace(c->ns);
	tcp = socket_at(c, SOCK_STREAM, 1, HOST_TCP_PORT);
	connect_to(tcp, &far);
	note_sequences(c, tcp);
	udp = socket_at(c, SOCK_DGRAM, 1, HOST_UDP_PORT);
	keep_small(udp);
	connect_to(udp, &far);
	if (send(udp, "", 1, 0) != 1)
		give_up("cannot send a datagram");
}

/* ---- The past ------------------------------------------------------------------------ */

static void send_datagram(int fd, const struct sockaddr_in6 *to)
{
	/* A refusal of the far end's may have come in for an earlier one. */
	for (int i = 0; i < 3; i++)
		if (sendto(fd, "", 1, 0, (const struct sockaddr *)to, sizeof(*to)) == 1)
			return;
	give_up("cannot send a datagram");
}

static void call_from(const struct contender *c, uint16_t port)
{
	struct sockaddr_in6 far = address_of(c, 2, FAR_PORT);
	struct sockaddr_in6 nobody = address_of(c, 2, FAR_PORT + 1);
	int udp = socket_at(c, SOCK_DGRAM, 1, port);
	int tcp = socket_at(c, SOCK_STREAM | SOCK_NONBLOCK, 1, port);

	send_datagram(udp, &far);
	if (connect(tcp, (struct sockaddr *)&nobody, sizeof(nobody)) && errno != EINPROGRESS &&
	    errno != ECONNREFUSED)
		give_up("cannot call from a port");
	close(tcp);
	close(udp);
}

/* A conversation with each of so many remote ports. */
static void fill_flows(const struct contender *c)
{
	int fd = socket_at(c, SOCK_DGRAM, 1, HOST_UDP_PORT + 1);

	for (uint32_t port = 1; port < 65536; port++) {
		struct sockaddr_in6 far = address_of(c, 2, (uint16_t)port);

		send_datagram(fd, &far);
	}
	close(fd);
}

void host_begin(struct contender *c, int generator_ns)
{
	enter_namespace(c->ns);
	if (contender_is(c, "bare-drop"))
		return;
	if (contender_knows_conversations(c))
		talk(c, generator_ns);
	if (contender_knows_conversations(c) || c->open_ports)
		serve(c, generator_ns);
	for (size_t i = 0; c->uptime && i < c->n_ephemeral; i++)
		call_from(c, c->ephemeral[i]);
	if (c->full)
		fill_flows(c);
}
