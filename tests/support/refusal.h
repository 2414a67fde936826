/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines that are refused: exit code, one sentence, nothing changed. */
#ifndef TESTS_REFUSAL_H
#define TESTS_REFUSAL_H

#include "world.h"

struct refusal {
	const char *arguments;
	int status;
	const char *sentence; /* a part of what stderr says */
};

/* A test for each row, then the others. */
struct CMUnitTest *refusal_tests(const struct refusal *rows, size_t n,
				 const struct CMUnitTest *others, size_t n_others);

bool is_one_sentence(const char *text);

/* A command that runs a copy of netfwv6 as nobody, wherever this checkout lies. */
const char *as_nobody(void);

#endif
