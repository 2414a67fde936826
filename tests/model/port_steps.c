// SPDX-License-Identifier: LGPL-2.1-or-later
/* Steps about ports. They are cheap. */
#include "invent.h"

#define WIDE_FOR 20u /* steps until a wide range is closed again */

static const uint32_t ports[] = { 1, 2, 21, 22, 23, 80, 443, 444, 8080, 32768, 65534, 65535 };

uint32_t generator_port(struct random *random)
{
	return ports[below(random, COUNT(ports))];
}

static uint32_t a_protocol(struct random *random)
{
	return chance(random, 50) ? NETFWV6_PROTOCOL_TCP : NETFWV6_PROTOCOL_UDP;
}

static void widen(struct generator *g, struct step *s)
{
	unsigned int at = below(g->random, COUNT(ports)), n = below(g->random, 4);

	s->range = true;
	s->first = ports[at];
	s->last = ports[at + n < COUNT(ports) ? at + n : COUNT(ports) - 1];
	if (s->last - s->first > 100)
		s->last = s->first + n;
}

/* What the library has to refuse. */
static void spoil(struct generator *g, struct step *s)
{
	switch (below(g->random, 5)) {
	case 0:
		s->first = s->last = 0;
		break;
	case 1:
		s->first = s->last = 65536 + s->first;
		break;
	case 2:
		s->range = true;
		s->last = s->first - 1;
		break;
	case 3:
		s->protocol = below(g->random, 17);
		s->protocol += s->protocol == 6;
		break;
	default:
		s->kind = STEP_OPEN;
		s->label = VALID_LABELS + below(g->random, LABELS - VALID_LABELS);
		break;
	}
}

struct step a_port_step(struct generator *g, struct model *m)
{
	bool global = chance(g->random, 30);
	struct step s = {
		.kind = STEP_OPEN + below(g->random, global ? 2 : 4),
		.scope = global ? GLOBAL : a_name(g),
		.fresh = chance(g->random, 20),
		.range = chance(g->random, 10),
		.protocol = a_protocol(g->random),
		.label = below(g->random, VALID_LABELS),
	};

	(void)m;
	s.first = s.last = generator_port(g->random);
	if (chance(g->random, 15))
		widen(g, &s);
	if (chance(g->random, 1))
		spoil(g, &s);
	return s;
}

/* Most ports or all of them, closed again soon: long lists make reading slow. */
struct step a_wide_step(struct generator *g, struct model *m)
{
	struct step s = a_port_step(g, m);

	if (g->undo_at)
		return s;
	s.range = true;
	s.first = 1 + below(g->random, 2) * below(g->random, 65535);
	s.last = 65535;
	s.label = 0; /* see many_names() */
	g->undo = s;
	g->undo.first = 1;
	g->undo.kind = s.kind <= STEP_CLOSE ? STEP_CLOSE : STEP_OBSERVE;
	g->undo.protocol = s.protocol = a_protocol(g->random);
	g->undo_at = g->number + WIDE_FOR;
	return s;
}

static void plan_all(struct generator *g, enum step_kind kind, unsigned int i, unsigned int label)
{
	plan(g, (struct step){ .kind = kind,
			       .scope = i < 2 ? g->names[0] : GLOBAL,
			       .range = true,
			       .first = 1,
			       .last = 65535,
			       .protocol = i == 1 ? NETFWV6_PROTOCOL_UDP : NETFWV6_PROTOCOL_TCP,
			       .label = label });
}

/*
 * More names than there may be open ports, of which the latter only are to be kept. In the
 * end every port has been opened without one: what is left behind makes naming slow.
 */
struct step many_names(struct generator *g, struct model *m)
{
	for (unsigned int i = 0; i < 3; i++) {
		plan_all(g, STEP_OPEN, i, VALID_LABELS - 1 - i);
		plan_all(g, STEP_CLOSE, i, 0);
	}
	for (unsigned int i = 0; i < 3; i++) {
		plan_all(g, STEP_OPEN, i, 0);
		plan_all(g, STEP_CLOSE, i, 0);
	}
	return a_port_step(g, m);
}

void plan_clear(struct generator *g, unsigned int scope)
{
	for (unsigned int i = 0; i < (scope == GLOBAL ? 2 : 4); i++)
		plan(g, (struct step){ .kind = i < 2 ? STEP_CLOSE : STEP_OBSERVE,
				       .scope = scope,
				       .range = true,
				       .first = 1,
				       .last = 65535,
				       .protocol = i % 2 ? NETFWV6_PROTOCOL_TCP :
							   NETFWV6_PROTOCOL_UDP });
}

/* Makes room for another connection. */
struct step a_clearing(struct generator *g, struct model *m)
{
	plan_clear(g, a_name(g));
	return a_port_step(g, m);
}
