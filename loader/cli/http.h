/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One HTTP request on the standard input, as a service of inetd's kind gets it. */
#ifndef NETFWV6_CLI_HTTP_H
#define NETFWV6_CLI_HTTP_H

#include <stdbool.h>

/* What is asked for; else the request was refused, and that has been answered. */
enum http_request {
	HTTP_REFUSED,
	HTTP_HEAD,
	HTTP_GET,
};

/*
 * Reads the request, of which HTTP_SIZE_MAX bytes and HTTP_SECONDS are the most. It has to be for
 * the path.
 */
#define HTTP_SIZE_MAX 4096
#define HTTP_SECONDS 5
enum http_request http_take_request(const char *path);

/* Begins an answer on the standard output: its body follows. */
void http_begin_answer(const char *status, const char *content_type);

/* Ends it, and lets the other side read it. */
void http_end_answer(void);

#endif
