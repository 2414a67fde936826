/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All programs of a state, to be replaced by the same on other maps: loaded first, which
 * may fail, then put in place one after the other, each between two packets.
 */
#ifndef NETFWV6_REPLACEMENTS_H
#define NETFWV6_REPLACEMENTS_H

#include "device/instance.h"

struct replacement;

struct replacements {
	struct replacement *list;
	size_t count;
};

/* Loads them on the maps of next. The caller ends it with replacements_free() in any case. */
netfwv6_result replacements_load(const struct state *state, const struct root *next,
				 struct replacements *all);

/* Puts them in place, or leaves all as they were. */
netfwv6_result replacements_apply(const struct replacements *all);

/* What replaces the program at an attachment's hook; null for nothing. */
const struct instance *replacements_of(const struct replacements *all, uint32_t attachment,
				       enum hook hook);

void replacements_free(struct replacements *all);

#endif
