// SPDX-License-Identifier: LGPL-2.1-or-later
#include "complaint.h"

#include <stdarg.h>
#include <stdio.h>

#include "cli/cli.h"

char complaint[1024];

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(complaint, sizeof(complaint), format, args);
	va_end(args);
}
