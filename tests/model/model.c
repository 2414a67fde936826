// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model.h"

#include <string.h>

void model_init(struct model *m)
{
	memset(m, 0, sizeof(*m));
	m->absent = true;
}

struct device *model_device(struct model *m, unsigned int name)
{
	for (struct device *d = m->devices; d < m->devices + DEVICE_SLOTS; d++)
		if (d->place == PLACE_HERE && d->name == name)
			return d;
	return NULL;
}

bool model_knows(struct model *m, unsigned int name)
{
	return model_device(m, name) || m->settings[name] || m->wishes[name].is;
}

unsigned int model_settled(const struct model *m)
{
	unsigned int settled = 0;

	for (unsigned int name = 0; name < NAMES; name++)
		settled += m->settings[name] != 0;
	return settled;
}

static bool anything_attached(const struct model *m)
{
	for (const struct device *d = m->devices; d < m->devices + DEVICE_SLOTS; d++)
		if (d->attached || d->learning)
			return true;
	return false;
}

enum netfwv6_rule model_rule(const struct model *m, unsigned int name, uint32_t protocol,
			     uint32_t port)
{
	unsigned int p = protocol_index(protocol);

	if (m->open[name][p][port])
		return NETFWV6_RULE_OPEN_HERE;
	if (m->open[GLOBAL][p][port] && !m->ignored[name][p][port])
		return NETFWV6_RULE_OPEN_GLOBAL;
	return NETFWV6_RULE_CLOSED;
}

static bool is_valid(const struct step *s)
{
	return s->first >= 1 && s->first <= s->last && s->last <= 65535 &&
	       (s->protocol == 6 || s->protocol == 17) &&
	       ((s->kind != STEP_OPEN && s->kind != STEP_IGNORE) || s->label < VALID_LABELS);
}

static void change_port(struct model *m, const struct step *s, uint32_t port)
{
	uint8_t(*of)[PROTOCOLS][PORTS] =
		s->kind == STEP_OPEN || s->kind == STEP_CLOSE ? m->open : m->ignored;
	uint8_t *setting = &of[s->scope][protocol_index(s->protocol)][port];
	bool sets = s->kind == STEP_OPEN || s->kind == STEP_IGNORE;

	m->settings[s->scope] += sets - (*setting != 0);
	*setting = !sets ? 0 : *setting ? *setting : 1 + s->label;
}

static netfwv6_result change_ports(struct model *m, const struct step *s)
{
	bool sets = s->kind == STEP_OPEN || s->kind == STEP_IGNORE;

	if (!is_valid(s))
		return NETFWV6_E_INVALIDARG;
	if (sets && s->scope != GLOBAL && !m->settings[s->scope] && model_settled(m) == 31)
		return NETFWV6_E_OUTOFMEMORY;
	for (uint32_t port = s->first; port <= s->last; port++)
		change_port(m, s, port);
	m->absent = m->absent && !sets;
	return NETFWV6_S_OK;
}

/* Without options nothing changes on a device that is firewalled. */
static struct wish as_it_is(const struct model *m, const struct device *d)
{
	const struct wish *of_then = &m->wishes[d->enabled_as];
	bool automatic = of_then->is && of_then->mode == NETFWV6_MODE_AUTO;

	return (struct wish){ true, d->stateless, false, automatic ? NETFWV6_MODE_AUTO : d->mode,
			      d->mode };
}

/* What was asked for; else what the device has, or one of its name had and it can have. */
static uint32_t mode_of(const struct device *d, const struct wish *wish, const struct wish *before)
{
	uint32_t mode = wish->got ?: before->is ? before->got : 0;

	if (wish->mode || d->attached)
		return wish->mode ?: d->mode;
	if (!mode || (mode == NETFWV6_MODE_NATIVE && !d->veth))
		return NETFWV6_MODE_TC;
	return mode;
}

static netfwv6_result enable(struct model *m, const struct step *s)
{
	struct device *d = model_device(m, s->scope);
	struct wish *before = &m->wishes[s->scope];
	struct wish wish = { true, s->enable.stateless, s->enable.learn_only, s->enable.mode, 0 };

	if (s->enable.if_configured && !before->is)
		return NETFWV6_S_FALSE;
	if (s->enable.if_configured)
		wish = *before;
	if (!d)
		return NETFWV6_E_NOINTERFACE;
	if (s->plain && d->attached)
		wish = as_it_is(m, d);
	if (d->attached && wish.learn_only)
		return NETFWV6_E_ABORT;
	if (wish.mode == NETFWV6_MODE_NATIVE && !d->veth)
		return NETFWV6_E_NOINTERFACE;
	if (!wish.learn_only) {
		d->mode = wish.got = mode_of(d, &wish, before);
		d->attached = true;
		d->stateless = wish.stateless;
	}
	d->learning = !wish.stateless;
	d->enabled_as = s->scope;
	*before = wish;
	m->absent = false;
	return NETFWV6_S_OK;
}

static void detach(struct device *d)
{
	d->attached = d->stateless = d->learning = false;
	d->mode = 0;
}

static bool is_in_force(const struct model *m, unsigned int name)
{
	for (const struct device *d = m->devices; d < m->devices + DEVICE_SLOTS; d++)
		if ((d->attached || d->learning) && d->enabled_as == name)
			return true;
	return false;
}

static void disable(struct model *m, unsigned int name)
{
	struct device *here = model_device(m, name);
	bool has_any = here && (here->attached || here->learning);
	unsigned int was = has_any ? here->enabled_as : name;

	for (struct device *d = m->devices; d < m->devices + DEVICE_SLOTS; d++)
		if (d == here || (d->place == PLACE_AWAY && d->enabled_as == name))
			detach(d);
	m->wishes[name].is = false;
	/* A renamed device was wished for by the name under which it was enabled. */
	if (!is_in_force(m, was))
		m->wishes[was].is = false;
}

static netfwv6_result remove_state(struct model *m)
{
	struct device devices[DEVICE_SLOTS];

	if (anything_attached(m))
		return NETFWV6_E_ABORT;
	memcpy(devices, m->devices, sizeof(devices));
	model_init(m);
	memcpy(m->devices, devices, sizeof(devices));
	return NETFWV6_S_OK;
}

static void befall(struct device *d, const struct step *s)
{
	if (s->kind == STEP_DELETE || s->kind == STEP_CREATE)
		*d = (struct device){ .veth = s->veth };
	d->name = s->scope;
	d->place = s->kind == STEP_DELETE ? PLACE_GONE :
		   s->kind == STEP_MOVE	  ? PLACE_AWAY :
					    PLACE_HERE;
}

netfwv6_result model_take(struct model *m, const struct step *s)
{
	bool of_connection = s->kind < STEP_INITIALIZE && s->scope != GLOBAL;

	if (of_connection && s->fresh && !model_knows(m, s->scope))
		return NETFWV6_E_NOINTERFACE;
	switch (s->kind) {
	case STEP_OPEN:
	case STEP_CLOSE:
	case STEP_IGNORE:
	case STEP_OBSERVE:
		return change_ports(m, s);
	case STEP_ENABLE:
		return enable(m, s);
	case STEP_DISABLE:
		disable(m, s->scope);
		return NETFWV6_S_OK;
	case STEP_INITIALIZE:
		m->absent = false;
		m->group = s->initialize.set_group ? s->initialize.group : m->group;
		return NETFWV6_S_OK;
	case STEP_REMOVE:
		return remove_state(m);
	default:
		befall(&m->devices[s->device], s);
		return NETFWV6_S_OK;
	}
}
