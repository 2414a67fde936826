/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the lines for the library's user go. */
#ifndef NETFWV6_LOG_H
#define NETFWV6_LOG_H

#include <pthread.h>

#include "netfwv6.h"

#define LOG_LINE_SIZE 512

struct log_sink {
	pthread_mutex_t mutex; /* held while a line is told, so that none is once it is another's */
	netfwv6_log_fn write;  /* NULL: nobody wants to hear */
	void *context;
};

/* Where lines go from now on. Waits for one that is being told. */
void log_to(struct log_sink *sink, netfwv6_log_fn write, void *context);

/* Tells one line, which is cut to LOG_LINE_SIZE with its NUL. */
void log_line(const struct log_sink *sink, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
