// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

#define KEPT 20u

struct made {
	uint64_t number;
	struct step step;
	netfwv6_result result;
};

/* The latest steps, and the latest ones that are rare: they have effects for long. */
static struct {
	uint64_t seed, steps, rare_steps;
	struct made latest[KEPT], rare[KEPT];
} trace;

void trace_begin(uint64_t seed)
{
	trace.seed = seed;
	trace.steps = trace.rare_steps = 0;
}

static void make(struct made *made, const struct step *s)
{
	*made = (struct made){ trace.steps, *s, NETFWV6_E_ABORT };
}

void trace_step(const struct step *s)
{
	trace.steps++;
	make(&trace.latest[(trace.steps - 1) % KEPT], s);
	if (step_is_rare(s))
		make(&trace.rare[trace.rare_steps++ % KEPT], s);
}

void trace_result(netfwv6_result result)
{
	struct made *made = &trace.latest[(trace.steps - 1) % KEPT];

	made->result = result;
	if (step_is_rare(&made->step))
		trace.rare[(trace.rare_steps - 1) % KEPT].result = result;
}

uint64_t trace_steps(void)
{
	return trace.steps;
}

static void show(const char *title, const struct made *ring, uint64_t count)
{
	char text[STEP_TEXT_SIZE];

	print_message("# %s\n", title);
	for (uint64_t i = count < KEPT ? 0 : count - KEPT; i < count; i++) {
		const struct made *made = &ring[i % KEPT];

		print_message("# %" PRIu64 ". %s = %s\n", made->number,
			      step_text(&made->step, text), netfwv6_result_name(made->result));
	}
}

void disagree(const char *format, ...)
{
	char sentence[1024];
	va_list args;

	/* First, as the library's own sentence may be among the arguments. */
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	show("The latest rare steps:", trace.rare, trace.rare_steps);
	show("The latest steps:", trace.latest, trace.steps);
	fail_msg("NETFWV6_SEED=%" PRIu64 ", step %" PRIu64 ": %s", trace.seed, trace.steps,
		 sentence);
	abort();
}
