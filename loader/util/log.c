// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/log.h"

#include <stdarg.h>
#include <stdio.h>

void log_line(const struct log_sink *sink, const char *format, ...)
{
	char line[LOG_LINE_SIZE];
	va_list args;

	if (!sink->write)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	sink->write(sink->context, line);
}
