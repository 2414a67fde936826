/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The latest steps, to be shown when the library and the model disagree. */
#ifndef TESTS_TRACE_H
#define TESTS_TRACE_H

#include "step.h"

void trace_begin(uint64_t seed);

/* A step is about to be made; what it returned. */
void trace_step(const struct step *s);
void trace_result(netfwv6_result result);

/* How many steps there were. */
uint64_t trace_steps(void);

/* Shows the seed, the number of the step and the latest steps; the test fails. */
void disagree(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#define agree(condition, ...)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			disagree(__VA_ARGS__);                                                     \
	} while (0)

/* The same for a call that can't fail here. */
#define agree_ok(call)                                                                             \
	do {                                                                                       \
		netfwv6_result got_ = (call);                                                      \
		agree(got_ == NETFWV6_S_OK, "%s: %s (%s)", #call, netfwv6_result_name(got_),       \
		      netfwv6_detail());                                                           \
	} while (0)

#endif
