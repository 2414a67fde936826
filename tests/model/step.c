// SPDX-License-Identifier: LGPL-2.1-or-later
#include "step.h"

#include <stdio.h>

#define LONGEST "a name of sixty-three bytes, the most that a port's name can be"

_Static_assert(sizeof(LONGEST) == NETFWV6_NAME_MAX + 1, "the longest name");

const char *const labels[LABELS] = {
	NULL, "", "alpha", "beta", "\u03b3\u03b1\u03bc\u03bc\u03b1", LONGEST, LONGEST "!", "a\nb",
};

static const char *const callers[] = { "first manager", "second manager", "child",
				       "child with the second manager" };

static const char *const kinds[] = { "open",	"close",      "ignore", "observe", "enable",
				     "disable", "initialize", "remove", "create",  "delete",
				     "rename",	"move away",  "return" };

char *name_text(unsigned int name, char text[NAME_TEXT_SIZE])
{
	if (name == GLOBAL)
		snprintf(text, NAME_TEXT_SIZE, "global");
	else
		snprintf(text, NAME_TEXT_SIZE, "c%02u", name % 100);
	return text;
}

/* What stands behind the scope. */
static void arguments_text(const struct step *s, char *text, size_t size)
{
	static const char *const modes[] = { "auto", "native", "generic", "tc" };

	*text = '\0';
	switch (s->kind) {
	case STEP_OPEN:
	case STEP_CLOSE:
	case STEP_IGNORE:
	case STEP_OBSERVE:
		snprintf(text, size, "%s %u..%u protocol %u%s%s", s->range ? "range" : "port",
			 s->first, s->last, s->protocol,
			 s->kind == STEP_OPEN || s->kind == STEP_IGNORE ? " named " : "",
			 s->kind == STEP_OPEN || s->kind == STEP_IGNORE ?
				 labels[s->label] ?: "NULL" :
				 "");
		break;
	case STEP_ENABLE:
		if (s->plain)
			snprintf(text, size, "without options");
		else
			snprintf(text, size, "mode %s%s%s%s", modes[s->enable.mode],
				 s->enable.stateless ? " stateless" : "",
				 s->enable.learn_only ? " learn_only" : "",
				 s->enable.if_configured ? " if_configured" : "");
		break;
	case STEP_INITIALIZE:
		snprintf(text, size, "%s group %u%s", s->initialize.set_group ? "set" : "same",
			 s->initialize.group, s->initialize.rebuild ? " rebuild" : "");
		break;
	case STEP_CREATE:
		snprintf(text, size, "%s", s->veth ? "veth" : "vxlan");
		break;
	default:
		break;
	}
}

char *step_text(const struct step *s, char text[STEP_TEXT_SIZE])
{
	char name[NAME_TEXT_SIZE], arguments[160];

	arguments_text(s, arguments, sizeof(arguments));
	if (step_is_event(s))
		snprintf(text, STEP_TEXT_SIZE, "device %u: %s %s %s", s->device, kinds[s->kind],
			 name_text(s->scope, name), arguments);
	else
		snprintf(text, STEP_TEXT_SIZE, "%s%s: %s %s %s", callers[s->caller],
			 s->fresh ? ", new handle" : "", kinds[s->kind],
			 s->kind < STEP_INITIALIZE ? name_text(s->scope, name) : "state",
			 arguments);
	return text;
}
