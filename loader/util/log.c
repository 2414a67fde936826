// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/log.h"

#include <stdarg.h>
#include <stdio.h>

void log_to(struct log_sink *sink, netfwv6_log_fn write, void *context)
{
	pthread_mutex_lock(&sink->mutex);
	sink->write = write;
	sink->context = context;
	pthread_mutex_unlock(&sink->mutex);
}

void log_line(const struct log_sink *sink, const char *format, ...)
{
	pthread_mutex_t *mutex = (pthread_mutex_t *)&sink->mutex; /* it changes nothing else */
	char line[LOG_LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	pthread_mutex_lock(mutex);
	if (sink->write)
		sink->write(sink->context, line);
	pthread_mutex_unlock(mutex);
}
