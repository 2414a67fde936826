// SPDX-License-Identifier: LGPL-2.1-or-later
#include "says.h"

#include <stdio.h>
#include <string.h>

#include "world.h"

void says(const char *arguments, const char *text, int status)
{
	const struct output *output = run("%s %s", netfwv6(), arguments);

	if (output->status != status || strcmp(output->out, text) != 0 || *output->err)
		fail_msg("netfwv6 %s: exit %d: '%s', '%s'; wanted %d, '%s'", arguments,
			 output->status, output->out, output->err, status, text);
}

void says_json_and_exits(const char *arguments, const char *filter, const char *text, int status)
{
	const struct output *output =
		run("json=$(%s %s --json); status=$?; printf %%s \"$json\" | jq -c '%s' && exit "
		    "$status",
		    netfwv6(), arguments, filter);

	if (output->status != status || strcmp(output->out, text) != 0)
		fail_msg("netfwv6 %s: exit %d: '%s', '%s'; wanted %d, '%s'", arguments,
			 output->status, output->out, output->err, status, text);
}

void says_json(const char *arguments, const char *filter, const char *text)
{
	says_json_and_exits(arguments, filter, text, 0);
}
