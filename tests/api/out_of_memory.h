/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory that runs out: it takes the place of the C library's allocation in the program that
 * includes it, of which there is one.
 */
#ifndef TESTS_OUT_OF_MEMORY_H
#define TESTS_OUT_OF_MEMORY_H

#include <stdbool.h>
#include <stdlib.h>

static int left = -1; /* allocations until one fails, and all behind it; negative: any number */
static bool ran_out;

static bool runs_out(void)
{
	if (left > 0)
		left--;
	else if (left == 0)
		ran_out = true;
	return left == 0 && ran_out;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_reallocarray(void *memory, size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_reallocarray(void *memory, size_t n, size_t size);

void *__wrap_malloc(size_t size)
{
	return runs_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return runs_out() ? NULL : __real_calloc(n, size);
}

void *__wrap_reallocarray(void *memory, size_t n, size_t size)
{
	return runs_out() ? NULL : __real_reallocarray(memory, n, size);
}

#endif
