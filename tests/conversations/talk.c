// SPDX-License-Identifier: LGPL-2.1-or-later
#include "talk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scene.h"

#define TEXT_MAX 65536

/* Asks the socket, not the thread: the thread is elsewhere. */
static uint32_t ifindex_at(int fd, const char *device)
{
	struct ifreq request = {};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	assert_int_equal(ioctl(fd, SIOCGIFINDEX, &request), 0);
	return request.ifr_ifindex;
}

static struct sockaddr_in6 address_at(int fd, const char *text, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	char plain[INET6_ADDRSTRLEN];
	const char *link = strchr(text, '%');
	size_t length = link ? (size_t)(link - text) : strlen(text);

	assert_true(length < sizeof(plain));
	memcpy(plain, text, length);
	plain[length] = '\0';
	assert_int_equal(inet_pton(AF_INET6, plain, &address.sin6_addr), 1);
	if (link)
		address.sin6_scope_id = ifindex_at(fd, link + 1);
	return address;
}

static int bound_at(const char *netns, int type, const char *text, uint16_t port)
{
	struct sockaddr_in6 address;
	int fd, on = 1;

	enter_namespace(netns);
	fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	enter_host();
	assert_true(fd >= 0);
	address = address_at(fd, text ?: "::", port);
	/* Of datagram sockets it would make the kernel give a port to two. */
	if (type == SOCK_STREAM)
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		fail_msg("bind to %s port %u: %s", text, port, strerror(errno));
	return fd;
}

int udp_at(const char *netns, const char *address, uint16_t port)
{
	return bound_at(netns, SOCK_DGRAM, address, port);
}

int tcp_at(const char *netns, const char *address, uint16_t port)
{
	return bound_at(netns, SOCK_STREAM, address, port);
}

int listen_at(const char *netns, const char *address, uint16_t port)
{
	int fd = tcp_at(netns, address, port);

	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

void connect_to(int fd, const char *text, uint16_t port)
{
	struct sockaddr_in6 address = address_at(fd, text, port);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) && errno != EINPROGRESS)
		fail_msg("connect to %s port %u: %s", text, port, strerror(errno));
}

static bool ready(int fd, short events)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	return poll(&poll_fd, 1, 0) == 1;
}

static bool readable(void *fd)
{
	return ready(*(int *)fd, POLLIN);
}

int accept_from(int listener)
{
	int fd;

	wait_until(readable, &listener, "a connection arrived");
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	assert_true(fd >= 0);
	return fd;
}

bool is_connected(int fd)
{
	struct sockaddr_in6 address;
	socklen_t size = sizeof(address);

	return getpeername(fd, (struct sockaddr *)&address, &size) == 0;
}

static bool connection_stands(void *fd)
{
	return is_connected(*(int *)fd);
}

void wait_for_connection(int fd)
{
	wait_until(connection_stands, &fd, "the connection stood");
}

struct session begin_session(const char *netns, const char *server_netns, const char *address,
			     uint16_t port)
{
	int listener = listen_at(server_netns, NULL, port);
	struct session session = { .this = tcp_at(netns, NULL, 0) };

	connect_to(session.this, address, port);
	session.that = accept_from(listener);
	wait_for_connection(session.this);
	close(listener);
	return session;
}

void end_session(struct session *session)
{
	close(session->this);
	close(session->that);
}

void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

void answer(int fd, const struct sockaddr_in6 *to, const char *text)
{
	if (sendto(fd, text, strlen(text), 0, (struct sockaddr *)to, sizeof(*to)) < 0)
		fail_msg("sendto: %s", strerror(errno));
}

void say_to(int fd, const char *text_address, uint16_t port, const char *text)
{
	struct sockaddr_in6 address = address_at(fd, text_address, port);

	answer(fd, &address, text);
}

struct sockaddr_in6 hear_from(int fd, const char *text)
{
	static char heard[TEXT_MAX];
	struct sockaddr_in6 from = {};
	size_t length = 0;

	/* A stream may deliver the text in pieces. */
	while (length < strlen(text)) {
		socklen_t size = sizeof(from);
		ssize_t n;

		wait_until(readable, &fd, "something was heard");
		n = recvfrom(fd, heard + length, sizeof(heard) - 1 - length, 0,
			     (struct sockaddr *)&from, &size);
		if (n < 0)
			fail_msg("recv: %s", strerror(errno));
		assert_int_not_equal(n, 0);
		length += n;
	}
	heard[length] = '\0';
	assert_string_equal(heard, text);
	return from;
}

void hear(int fd, const char *text)
{
	hear_from(fd, text);
}

bool hears_nothing(int fd)
{
	return !ready(fd, POLLIN);
}

void speak_in_turn(int first, int second)
{
	say(first, "your turn");
	hear(second, "your turn");
	say(second, "yours again");
	hear(first, "yours again");
}

uint16_t port_of(int fd)
{
	struct sockaddr_in6 address;
	socklen_t size = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin6_port);
}

void join_group(int fd, const char *group, const char *device)
{
	struct ipv6_mreq request = { .ipv6mr_interface = ifindex_at(fd, device) };

	assert_int_equal(inet_pton(AF_INET6, group, &request.ipv6mr_multiaddr), 1);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof(request)),
			 0);
}
