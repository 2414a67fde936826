// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world.h"

static struct sockaddr_in6 address_of(const char *text, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
	return address;
}

static int bound(int type, uint16_t port)
{
	struct sockaddr_in6 address = address_of("::", port);
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

int host_listen(uint16_t port)
{
	int fd = bound(SOCK_STREAM, port);

	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

int host_udp(uint16_t port)
{
	return bound(SOCK_DGRAM, port);
}

static int peer_socket(int type)
{
	int fd;

	enter_peer();
	fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	enter_host();
	assert_true(fd >= 0);
	return fd;
}

int peer_connect(uint16_t port)
{
	struct sockaddr_in6 address = address_of(HOST_ADDRESS, port);
	int fd = peer_socket(SOCK_STREAM);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		assert_int_equal(errno, EINPROGRESS);
	return fd;
}

void peer_send(uint16_t port, const char *text)
{
	struct sockaddr_in6 address = address_of(HOST_ADDRESS, port);
	int fd = peer_socket(SOCK_DGRAM);

	assert_int_equal(
		sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address, sizeof(address)),
		strlen(text));
	close(fd);
}

static bool readable(void *fd)
{
	struct pollfd poll_fd = { .fd = *(int *)fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

int wait_for_accept(int listener)
{
	int fd;

	wait_until(readable, &listener, "a connection arrived");
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	assert_true(fd >= 0);
	return fd;
}

void wait_for_datagram(int udp, const char *text)
{
	char buffer[2048];
	ssize_t n;

	wait_until(readable, &udp, "a datagram arrived");
	n = recv(udp, buffer, sizeof(buffer) - 1, 0);
	assert_true(n >= 0);
	buffer[n] = '\0';
	assert_string_equal(buffer, text);
}

bool nothing_arrived(int fd)
{
	return !readable(&fd);
}
