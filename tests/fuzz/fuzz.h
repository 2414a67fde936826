/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fuzzers have in common: properties, and how many inputs got anywhere. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A finding, like a memory error. */
#define require(property)                                                                          \
	do {                                                                                       \
		if (!(property)) {                                                                 \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,          \
				#property);                                                        \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Set when an input is not refused. At the end "N of N inputs accepted" is printed. */
extern bool fuzz_accepted;

/* How often the command would have complained. */
extern size_t fuzz_complaints;

/* To be called for each input. */
void fuzz_begin(void);

#endif
