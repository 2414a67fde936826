// SPDX-License-Identifier: LGPL-2.1-or-later
#include "generator.h"

#include <string.h>

#include "invent.h"

#define PHASE 500u	/* steps with the same names */
#define PER_STEPS 50000 /* what the weights below are out of */

void generator_init(struct generator *g, struct random *random)
{
	memset(g, 0, sizeof(*g));
	g->random = random;
	for (unsigned int i = 0; i < NAMES; i++)
		g->names[i] = i;
	g->working = 1;
}

unsigned int a_name(struct generator *g)
{
	return g->names[below(g->random, g->working)];
}

static void choose_caller(struct generator *g, struct step *s)
{
	s->caller = chance(g->random, 50) ? CALLER_FIRST : CALLER_SECOND;
	if (below(g->random, 250) == 0)
		s->caller = chance(g->random, 50) ? CALLER_CHILD : CALLER_INHERITED;
	/* A new manager has no handle of long. */
	s->fresh = s->fresh || s->caller == CALLER_CHILD;
}

void plan(struct generator *g, struct step s)
{
	choose_caller(g, &s);
	if (g->planned < PLAN_MAX)
		g->plan[g->planned++] = s;
}

/* ---- The mixture ------------------------------------------------------------- */

static const struct {
	unsigned int weight; /* out of PER_STEPS; the rest are steps of ports */
	struct step (*invent)(struct generator *g, struct model *m);
} rare[] = {
	{ 25, a_wide_step },
	{ 2, many_names },
	{ 60, a_clearing },
	{ 60, an_enabling },
	{ 18, a_disabling },
	{ 20, a_plain_initialize },
	{ 3, a_rebuild },
	{ 3, a_group },
	{ 4, a_removal },
	{ 1, an_end },
	{ 19, a_creation_or_deletion },
	{ 12, a_renaming },
	{ 8, a_moving },
	{ 9, a_return },
};

/* Other names, or more, or fewer of them. */
static void begin_phase(struct generator *g)
{
	static const unsigned int sizes[] = { 1, 2, 3, 8, 16, 31, 32, NAMES };

	for (unsigned int i = NAMES - 1; i > 0; i--) {
		unsigned int j = below(g->random, i + 1), name = g->names[i];

		g->names[i] = g->names[j];
		g->names[j] = name;
	}
	g->working = sizes[below(g->random, COUNT(sizes))];
}

static struct step invent(struct generator *g, struct model *m)
{
	uint32_t at = below(g->random, PER_STEPS);

	for (size_t i = 0; i < COUNT(rare); i++) {
		if (at < rare[i].weight)
			return rare[i].invent(g, m);
		at -= rare[i].weight;
	}
	return a_port_step(g, m);
}

struct step generator_next(struct generator *g, struct model *m)
{
	struct step s;

	g->number++;
	if (g->done < g->planned)
		return g->plan[g->done++];
	g->done = g->planned = 0;
	if (g->number % PHASE == 0)
		begin_phase(g);
	if (g->undo_at && g->number >= g->undo_at) {
		g->undo_at = 0;
		return g->undo;
	}
	s = invent(g, m);
	choose_caller(g, &s);
	return s;
}
