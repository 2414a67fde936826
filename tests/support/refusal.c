// SPDX-License-Identifier: LGPL-2.1-or-later
#include "refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_one_sentence(const char *text)
{
	const char *newline = strchr(text, '\n');

	return strncmp(text, "netfwv6: ", 9) == 0 && newline && newline[1] == '\0';
}

static void is_refused(void **state)
{
	const struct refusal *row = *state;
	const struct output *output;
	char before[65536];

	must("%s -q open 8443/tcp --name keep && %s -q open 8444/tcp --dev fw0 && "
	     "%s -q ignore 8445/tcp --dev fw0",
	     netfwv6(), netfwv6(), netfwv6());
	snprintf(before, sizeof(before), "%s", must("%s list", netfwv6()));
	output = run("%s %s", netfwv6(), row->arguments);
	if (output->status != row->status || !strstr(output->err, row->sentence) ||
	    !is_one_sentence(output->err) || *output->out)
		fail_msg("exit %d, stdout '%s', stderr '%s'; wanted %d and '%s'", output->status,
			 output->out, output->err, row->status, row->sentence);
	assert_string_equal(must("%s list", netfwv6()), before);
}

#define MOST_TESTS 256

struct CMUnitTest *refusal_tests(const struct refusal *rows, size_t n,
				 const struct CMUnitTest *others, size_t n_others)
{
	static struct CMUnitTest tests[MOST_TESTS];
	static char names[MOST_TESTS][128];

	if (n + n_others > MOST_TESTS)
		abort();
	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "refused: netfwv6 %.80s", rows[i].arguments);
		tests[i] = (struct CMUnitTest){ names[i], is_refused, world_reset, NULL,
						(void *)&rows[i] };
	}
	memcpy(tests + n, others, n_others * sizeof(*others));
	return tests;
}

const char *as_nobody(void)
{
	static char command[256];

	must("install -m 755 build/netfwv6 %s-netfwv6", world.state);
	snprintf(command, sizeof(command),
		 "setpriv --reuid=65534 --regid=65534 --clear-groups %s-netfwv6", world.state);
	return command;
}
