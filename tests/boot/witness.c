// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Counts the numbered datagrams that reach two UDP ports, from before the network exists, and
 * listens on the TCP ports of the same numbers, so that attempts which arrive are answered.
 *
 *   witness CLOSED OPEN FILE
 *
 * FILE always has two lines, "closed N FIRST LAST" and "open N FIRST LAST": how many came, and the
 * numbers that the first and the last of them had.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS 2
#define BACKLOG 4096

struct seen {
	const char *name;
	uint64_t count, first, last;
};

static int fail_with(const char *what)
{
	perror(what);
	return EXIT_FAILURE;
}

/* A socket on the port of every address; a TCP one listens. -1: it cannot be had. */
static int open_port(int type, const char *port)
{
	struct sockaddr_in6 local = { .sin6_family = AF_INET6,
				      .sin6_port = htons((uint16_t)atoi(port)) };
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&local, sizeof(local)) ||
	    (type == SOCK_STREAM && listen(fd, BACKLOG)))
		return -1;
	return fd;
}

/* Takes what is there. */
static void count(int fd, struct seen *seen)
{
	uint64_t number;

	while (recv(fd, &number, sizeof(number), 0) == sizeof(number)) {
		seen->last = be64toh(number);
		if (!seen->count++)
			seen->first = seen->last;
	}
}

static bool tell(int fd, const struct seen seen[PORTS])
{
	char text[256];
	int length = 0;

	for (int i = 0; i < PORTS; i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length,
				   "%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", seen[i].name,
				   seen[i].count, seen[i].first, seen[i].last);
	return pwrite(fd, text, (size_t)length, 0) == length;
}

int main(int argc, char **argv)
{
	struct seen seen[PORTS] = { { .name = "closed" }, { .name = "open" } };
	struct pollfd sockets[PORTS];
	int file;

	if (argc != 4) {
		fprintf(stderr, "usage: witness CLOSED OPEN FILE\n");
		return EXIT_FAILURE;
	}
	for (int i = 0; i < PORTS; i++) {
		sockets[i] = (struct pollfd){ open_port(SOCK_DGRAM, argv[1 + i]), POLLIN, 0 };
		if (sockets[i].fd < 0 || open_port(SOCK_STREAM, argv[1 + i]) < 0)
			return fail_with(argv[1 + i]);
	}
	file = open(argv[3], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (file < 0)
		return fail_with(argv[3]);
	do {
		for (int i = 0; i < PORTS; i++)
			count(sockets[i].fd, &seen[i]);
		if (!tell(file, seen))
			return fail_with(argv[3]);
	} while (poll(sockets, PORTS, -1) > 0);
	return fail_with("poll");
}
