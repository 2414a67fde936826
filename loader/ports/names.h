/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of open ports, and of ignored ones, for which all of this holds likewise. A name counts
 * only while its port is open: who closes leaves it, who opens a closed port replaces or drops it
 * before the port opens.
 * Who opens with a name, or where a name may be, holds the names lock, so the first opener's
 * name stands. Who opens without one where none was ever stored needs no lock: if at the same
 * time others open that port with its first name and close it again, that name may stay.
 */
#ifndef NETFWV6_NAMES_H
#define NETFWV6_NAMES_H

#include "ports/port_table.h"

/*
 * E_INVALIDARG unless *name is NULL or printable UTF-8. One that does not fit is cut at a
 * character, into room, and the log hears of it.
 */
netfwv6_result name_take(const struct state *state, const char **name, char room[NAME_SIZE]);

/* Gives a closed port its name before it opens. E_OUTOFMEMORY: there is no room. */
netfwv6_result name_put(struct state *state, struct name_key key, const char *name);

/*
 * May a port of the range have a name, in any scope? Needs no lock, so a name may come
 * into being meanwhile: it is of an opener who counts as the first.
 */
static inline bool names_possible(const struct policy *policy, struct range range)
{
	uint32_t end = range.first + range.count;

	for (uint32_t i = range.first; i < end; i++) {
		uint64_t word = policy_load(policy, NAMED_WORD(i));

		if (word & BITMAP_BIT(i))
			return true;
		if (!word)
			i |= 63; /* nor has any other of this word */
	}
	return false;
}

/*
 * Copies the names of the ports that are open in a new table, and notes there which those
 * are. full: some were left out, as of map_copy().
 */
netfwv6_result names_copy(int from, int to, struct policy *table, bool *full);

/* Drops all but the names of open ports, in every scope. */
void names_make_room(struct state *state);

/* Drops the names of the range's ports that are closed in a scope, as of struct name_key. */
void names_drop_closed(struct state *state, struct range range, uint32_t scope);

/* Are there none at all? Spares a look-up for each port. */
bool names_none(const struct state *state);

/*
 * Shows every name that is stored, as it is: of closed ports, too, and with what members of a
 * group wrote. It ends with a NUL.
 */
netfwv6_result names_visit(const struct state *state,
			   netfwv6_result (*visit)(void *context, struct name_key key,
						   const char *name),
			   void *context);

/* Names that are to be stored together; begins as zeros. */
#define NAMES_TOGETHER 1024
struct name_batch {
	struct name_key keys[NAMES_TOGETHER];
	char names[NAMES_TOGETHER][NAME_SIZE];
	uint32_t count;
};

/* Adds a name that is not empty, and stores the batch when it is full; then what is left. */
netfwv6_result names_put(struct state *state, struct name_batch *batch, struct name_key key,
			 const char *name);
netfwv6_result names_flush(struct state *state, struct name_batch *batch);

/* Drops the name of a port, if it has one. */
void name_drop(struct state *state, struct name_key key);

/* Copies the name, "" when there is none; name has NAME_SIZE bytes. */
void name_get(const struct state *state, struct name_key key, char *name);

#endif
