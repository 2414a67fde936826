// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

#define MILLISECOND (NANOSECONDS / 1000)
#define DRAINING (NANOSECONDS / 2)

/* Reads what comes before the deadline: its size, 0 at the end, or -1 with ETIMEDOUT. */
static ssize_t read_until(int64_t deadline, char *bytes, size_t size)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left = deadline - clock_ns(CLOCK_MONOTONIC);
	int ready = left > 0 ? poll(&input, 1, (int)(left / MILLISECOND) + 1) : 0;

	if (ready == 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	return ready < 0 ? -1 : read(STDIN_FILENO, bytes, size);
}

/* Reads up to the empty line behind the header. Returns the status that refuses it, or NULL. */
static const char *read_header(char header[HTTP_SIZE_MAX + 1])
{
	int64_t deadline = clock_ns(CLOCK_MONOTONIC) + HTTP_SECONDS * NANOSECONDS;
	size_t used = 0;

	*header = '\0';
	while (!strstr(header, "\r\n\r\n") && !strstr(header, "\n\n")) {
		ssize_t n;

		if (used == HTTP_SIZE_MAX)
			return "431 Request Header Fields Too Large";
		n = read_until(deadline, header + used, HTTP_SIZE_MAX - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return "408 Request Timeout";
		if (n == 0 || memchr(header + used, '\0', (size_t)n))
			return "400 Bad Request";
		used += (size_t)n;
		header[used] = '\0';
	}
	return NULL;
}

static const char *judge_header(const char *header, const char *path, enum http_request *request)
{
	char method[16], target[256];
	int major, minor;

	if (sscanf(header, "%15[A-Z] %255[^ \r\n] HTTP/%1d.%1d", method, target, &major, &minor) !=
		    4 ||
	    major != 1)
		return "400 Bad Request";
	*request = strcmp(method, "GET") == 0  ? HTTP_GET :
		   strcmp(method, "HEAD") == 0 ? HTTP_HEAD :
						 HTTP_REFUSED;
	if (*request == HTTP_REFUSED)
		return "405 Method Not Allowed";
	target[strcspn(target, "?")] = '\0';
	return strcmp(target, path) == 0 ? NULL : "404 Not Found";
}

enum http_request http_take_request(const char *path)
{
	char header[HTTP_SIZE_MAX + 1];
	enum http_request request = HTTP_REFUSED;
	const char *refusal = read_header(header);

	if (!refusal)
		refusal = judge_header(header, path, &request);
	if (!refusal)
		return request;
	http_begin_answer(refusal, "text/plain");
	if (request != HTTP_HEAD)
		printf("%s: what there is can be had by GET of %s\n", refusal, path);
	http_end_answer();
	return HTTP_REFUSED;
}

void http_begin_answer(const char *status, const char *content_type)
{
	printf("HTTP/1.1 %s\r\nContent-Type: %s; charset=utf-8\r\nConnection: close\r\n\r\n",
	       status, content_type);
}

/* A socket that is closed with bytes unread resets the connection, and takes the answer along. */
void http_end_answer(void)
{
	int64_t deadline = clock_ns(CLOCK_MONOTONIC) + DRAINING;
	char unread[HTTP_SIZE_MAX];

	if (fflush(stdout) || shutdown(STDOUT_FILENO, SHUT_WR))
		return; /* main() tells of the first; the second is no socket */
	while (read_until(deadline, unread, sizeof(unread)) > 0)
		;
}
