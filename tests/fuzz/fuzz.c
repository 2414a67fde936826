// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.h"

#include <stdarg.h>

#include "cli.h"

bool fuzz_accepted;
size_t fuzz_complaints;
static size_t accepted, inputs;

static void report(void)
{
	printf("%zu of %zu inputs accepted\n", accepted + fuzz_accepted, inputs);
}

void fuzz_begin(void)
{
	if (!inputs++)
		atexit(report);
	accepted += fuzz_accepted;
	fuzz_accepted = false;
}

void complain(const char *format, ...)
{
	char text[8192];
	va_list args;

	va_start(args, format);
	require(vsnprintf(text, sizeof(text), format, args) > 0);
	va_end(args);
	fuzz_complaints++;
}
