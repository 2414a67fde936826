/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the lines for the library's user go. */
#ifndef NETFWV6_LOG_H
#define NETFWV6_LOG_H

#include "netfwv6.h"

#define LOG_LINE_SIZE 512

struct log_sink {
	netfwv6_log_fn write; /* NULL: nobody wants to hear */
	void *context;
};

/* Tells one line, which is cut to LOG_LINE_SIZE with its NUL. */
void log_line(const struct log_sink *sink, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
