/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judges how a bit can have come out of changes that several processes made at once.
 *
 * Each change took effect at one moment between two tickets, drawn before and after its
 * call. Where the maker was killed inside the call, it took effect once before the death,
 * or never. So an end is right if some order of such moments has it.
 */
#ifndef TESTS_HISTORY_H
#define TESTS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct change {
	bool sets;	  /* else it clears */
	bool certain;	  /* the call came to its end */
	const char *name; /* of an opening, "" for none */
	uint64_t before, after;
};

/* What held at first is a certain change with both tickets 0. */

/* Can the bit be so after all of them? */
bool may_end(const struct change *changes, size_t n, bool set);

/* Can the bit be set and have this name, which is the first opener's? */
bool may_be_named(const struct change *changes, size_t n, const char *name);

#endif
