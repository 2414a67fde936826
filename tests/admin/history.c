// SPDX-License-Identifier: LGPL-2.1-or-later
#include "history.h"

#include <string.h>

/* The last ticket behind which a certain change to the opposite of "set" must lie. */
static uint64_t last_opposite(const struct change *changes, size_t n, bool set)
{
	uint64_t last = 0;

	for (size_t i = 0; i < n; i++)
		if (changes[i].sets != set && changes[i].certain && changes[i].before > last)
			last = changes[i].before;
	return last;
}

/* Some change to "set" need not be followed by one to the opposite. */
bool may_end(const struct change *changes, size_t n, bool set)
{
	uint64_t opposite = last_opposite(changes, n, set);

	for (size_t i = 0; i < n; i++)
		if (changes[i].sets == set && changes[i].after >= opposite)
			return true;
	return false;
}

/* Must another opening lie between this closing and that opening? */
static bool opened_between(const struct change *changes, size_t n, const struct change *closing,
			   const struct change *opening)
{
	for (size_t i = 0; i < n; i++)
		if (changes[i].sets && changes[i].certain && changes[i].before > closing->after &&
		    changes[i].after < opening->before)
			return true;
	return false;
}

/* Can the bit have been clear when this opening met it? */
static bool may_open(const struct change *changes, size_t n, const struct change *opening)
{
	if (opening->after == 0) /* it is what held at first */
		return true;
	for (size_t i = 0; i < n; i++)
		if (!changes[i].sets && changes[i].before < opening->after &&
		    !opened_between(changes, n, &changes[i], opening))
			return true;
	return false;
}

bool may_be_named(const struct change *changes, size_t n, const char *name)
{
	uint64_t closed = last_opposite(changes, n, true);

	for (size_t i = 0; i < n; i++)
		if (changes[i].sets && changes[i].after >= closed &&
		    strcmp(changes[i].name, name) == 0 && may_open(changes, n, &changes[i]))
			return true;
	return false;
}
