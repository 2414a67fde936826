// SPDX-License-Identifier: LGPL-2.1-or-later
/* Steps about the state as a whole. */
#include "invent.h"

#define A_GROUP 4711u

static struct step initialize(bool set_group, uint32_t group, bool rebuild)
{
	struct step s = { .kind = STEP_INITIALIZE,
			  .initialize = {
				  .set_group = set_group, .group = group, .rebuild = rebuild } };

	s.initialize.sz = sizeof(s.initialize);
	return s;
}

struct step a_plain_initialize(struct generator *g, struct model *m)
{
	(void)g;
	(void)m;
	return initialize(false, 0, false);
}

struct step a_rebuild(struct generator *g, struct model *m)
{
	bool set_group = chance(g->random, 20);

	(void)m;
	return initialize(set_group, set_group * below(g->random, 2) * A_GROUP, true);
}

struct step a_group(struct generator *g, struct model *m)
{
	(void)m;
	return initialize(true, below(g->random, 3) ? A_GROUP + below(g->random, 2) : 0, false);
}

struct step a_removal(struct generator *g, struct model *m)
{
	(void)g;
	(void)m;
	return (struct step){ .kind = STEP_REMOVE };
}

/* Everything is closed and disabled; the state goes by itself, or is removed. */
struct step an_end(struct generator *g, struct model *m)
{
	plan_clear(g, GLOBAL);
	for (unsigned int name = 0; name < NAMES; name++)
		if (m->settings[name])
			plan_clear(g, name);
	for (unsigned int i = 0; i < DEVICE_SLOTS; i++)
		if (m->devices[i].place != PLACE_GONE)
			plan(g, (struct step){ .kind = STEP_DISABLE,
					       .scope = m->devices[i].enabled_as });
	for (unsigned int name = 0; name < NAMES; name++)
		plan(g, (struct step){ .kind = STEP_DISABLE, .scope = name });
	if (chance(g->random, 70))
		plan(g, (struct step){ .kind = STEP_REMOVE });
	return a_port_step(g, m);
}
