// SPDX-License-Identifier: LGPL-2.1-or-later
/* What befalls devices, and when they are firewalled. */
#include "invent.h"

#define DEVICES_USUAL 20u

/* ---- Events ----------------------------------------------------------------- */

static bool is_taken(const struct model *m, unsigned int name, enum place place)
{
	for (const struct device *d = m->devices; d < m->devices + DEVICE_SLOTS; d++)
		if (d->place == place && d->name == name)
			return true;
	return false;
}

/* A name that no device here has, beginning the search anywhere; NAMES if there is none. */
static unsigned int a_free_name(struct generator *g, const struct model *m)
{
	unsigned int start = below(g->random, NAMES);

	for (unsigned int i = 0; i < NAMES; i++)
		if (!is_taken(m, (start + i) % NAMES, PLACE_HERE))
			return (start + i) % NAMES;
	return NAMES;
}

/* Any device at the place, beginning the search anywhere; DEVICE_SLOTS if there is none. */
static unsigned int a_device(struct generator *g, const struct model *m, enum place place,
			     bool attached)
{
	unsigned int start = below(g->random, DEVICE_SLOTS);

	for (unsigned int i = 0; i < DEVICE_SLOTS; i++) {
		const struct device *d = &m->devices[(start + i) % DEVICE_SLOTS];

		if (d->place == place && (!attached || d->attached || d->learning))
			return d - m->devices;
	}
	return attached ? a_device(g, m, place, false) : DEVICE_SLOTS;
}

/* An event of a device at the place; a port step if the kernel would not allow it. */
static struct step an_event(struct generator *g, struct model *m, enum step_kind kind,
			    enum place place)
{
	struct step s = {
		.kind = kind,
		.device = a_device(g, m, place, chance(g->random, 60)),
		.veth = chance(g->random, 15),
	};

	if (s.device == DEVICE_SLOTS)
		return a_port_step(g, m);
	s.scope = kind == STEP_CREATE || kind == STEP_RENAME ? a_free_name(g, m) :
							       m->devices[s.device].name;
	if (s.scope == NAMES || (kind == STEP_MOVE && is_taken(m, s.scope, PLACE_AWAY)) ||
	    (kind == STEP_RETURN && is_taken(m, s.scope, PLACE_HERE)))
		return a_port_step(g, m);
	return s;
}

static unsigned int count_devices(const struct model *m)
{
	unsigned int count = 0;

	for (const struct device *d = m->devices; d < m->devices + DEVICE_SLOTS; d++)
		count += d->place != PLACE_GONE;
	return count;
}

/* Reading takes the longer, the more devices there are. */
struct step a_creation_or_deletion(struct generator *g, struct model *m)
{
	if (chance(g->random, count_devices(m) < DEVICES_USUAL ? 70 : 30))
		return an_event(g, m, STEP_CREATE, PLACE_GONE);
	return an_event(g, m, STEP_DELETE, chance(g->random, 80) ? PLACE_HERE : PLACE_AWAY);
}

struct step a_renaming(struct generator *g, struct model *m)
{
	return an_event(g, m, STEP_RENAME, PLACE_HERE);
}

struct step a_moving(struct generator *g, struct model *m)
{
	return an_event(g, m, STEP_MOVE, PLACE_HERE);
}

struct step a_return(struct generator *g, struct model *m)
{
	return an_event(g, m, STEP_RETURN, PLACE_AWAY);
}

/* ---- Enabling and disabling --------------------------------------------------- */

struct step an_enabling(struct generator *g, struct model *m)
{
	struct step s = {
		.kind = STEP_ENABLE,
		.scope = a_name(g),
		.fresh = chance(g->random, 20),
		.enable.sz = sizeof(s.enable),
	};
	unsigned int device = a_device(g, m, PLACE_HERE, true);

	if (device < DEVICE_SLOTS && chance(g->random, 30))
		s.scope = m->devices[device].name;
	if (chance(g->random, 20))
		s.plain = true;
	else if (chance(g->random, 25))
		s.enable.if_configured = true;
	else if (chance(g->random, 15))
		s.enable.learn_only = true;
	else {
		s.enable.stateless = chance(g->random, 40);
		s.enable.mode = chance(g->random, 50) ? NETFWV6_MODE_AUTO : below(g->random, 4);
	}
	return s;
}

/* Often of a device that has something to lose, under either of its names. */
struct step a_disabling(struct generator *g, struct model *m)
{
	enum place place = chance(g->random, 70) ? PLACE_HERE : PLACE_AWAY;
	unsigned int device = a_device(g, m, place, true);
	struct step s = { .kind = STEP_DISABLE, .fresh = chance(g->random, 20) };

	if (device == DEVICE_SLOTS || chance(g->random, 30))
		s.scope = a_name(g);
	else if (chance(g->random, 50))
		s.scope = m->devices[device].name;
	else
		s.scope = m->devices[device].enabled_as;
	return s;
}
