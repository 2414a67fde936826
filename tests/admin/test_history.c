// SPDX-License-Identifier: LGPL-2.1-or-later
/* The judge of histories, itself. */
#include <string.h>

#include "history.h"
#include "world.h"

#define CLOSED_AT_FIRST                                                                            \
	{                                                                                          \
		false, true, "", 0, 0                                                              \
	}
#define OPEN_AT_FIRST                                                                              \
	{                                                                                          \
		true, true, "first", 0, 0                                                          \
	}
#define CHANGES 5

static const struct verdict {
	const char *sentence;
	struct change changes[CHANGES];
	bool may_be_closed, may_be_open;
	const char *names; /* that an open port may have, of first, a and b */
} verdicts[] = {
	{ "nothing happened to a closed port", { CLOSED_AT_FIRST }, true, false, "" },
	{ "nothing happened to an open port", { OPEN_AT_FIRST }, false, true, "first" },
	{ "opened", { CLOSED_AT_FIRST, { true, true, "a", 1, 2 } }, false, true, "a" },
	{ "opened an open port",
	  { OPEN_AT_FIRST, { true, true, "a", 1, 2 } },
	  false,
	  true,
	  "first" },
	{ "opened, then closed",
	  { CLOSED_AT_FIRST, { true, true, "a", 1, 2 }, { false, true, "", 3, 4 } },
	  true,
	  false,
	  "" },
	{ "opened and closed at once",
	  { CLOSED_AT_FIRST, { true, true, "a", 1, 3 }, { false, true, "", 2, 4 } },
	  true,
	  true,
	  "a" },
	{ "closed and opened again",
	  { OPEN_AT_FIRST, { false, true, "", 1, 2 }, { true, true, "a", 3, 4 } },
	  false,
	  true,
	  "a" },
	{ "a second opener",
	  { CLOSED_AT_FIRST, { true, true, "a", 1, 2 }, { true, true, "b", 3, 4 } },
	  false,
	  true,
	  "a" },
	{ "two openers at once",
	  { CLOSED_AT_FIRST, { true, true, "a", 1, 3 }, { true, true, "b", 2, 4 } },
	  false,
	  true,
	  "a b" },
	{ "two openers at once, and a closing that ends before the second begins",
	  { CLOSED_AT_FIRST,
	    { true, true, "a", 1, 6 },
	    { false, true, "", 2, 3 },
	    { true, true, "b", 4, 5 } },
	  false,
	  true,
	  "a b" },
	{ "closed between two openers",
	  { CLOSED_AT_FIRST,
	    { true, true, "a", 1, 2 },
	    { false, true, "", 3, 4 },
	    { true, true, "b", 5, 6 } },
	  false,
	  true,
	  "b" },
	{ "an opener was killed",
	  { CLOSED_AT_FIRST, { true, false, "a", 1, 2 } },
	  true,
	  true,
	  "a" },
	{ "a closer was killed",
	  { OPEN_AT_FIRST, { false, false, "", 1, 2 } },
	  true,
	  true,
	  "first" },
	{ "a closer was killed before another opener began",
	  { OPEN_AT_FIRST, { false, false, "", 1, 2 }, { true, true, "b", 3, 4 } },
	  false,
	  true,
	  "first b" },
	{ "an opener died before a closing began",
	  { CLOSED_AT_FIRST, { true, false, "a", 1, 2 }, { false, true, "", 3, 4 } },
	  true,
	  false,
	  "" },
};

static void histories_are_judged(void **s)
{
	static const char *const names[] = { "first", "a", "b" };

	(void)s;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		const struct verdict *wanted = &verdicts[i];
		size_t n = 0;

		while (n < CHANGES && wanted->changes[n].name)
			n++;
		if (may_end(wanted->changes, n, false) != wanted->may_be_closed ||
		    may_end(wanted->changes, n, true) != wanted->may_be_open)
			fail_msg("%s: judged wrongly", wanted->sentence);
		for (size_t name = 0; name < 3; name++)
			if (may_be_named(wanted->changes, n, names[name]) !=
			    (strstr(wanted->names, names[name]) != NULL))
				fail_msg("%s, named '%s': judged wrongly", wanted->sentence,
					 names[name]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histories_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
