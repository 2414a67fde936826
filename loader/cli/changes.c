// SPDX-License-Identifier: LGPL-2.1-or-later
#include "changes.h"

#include <jansson.h>
#include <string.h>

static void add_change(struct cli *cli, const char *what, const char *device, const char *state,
		       bool changed)
{
	if (!cli->changes)
		cli->changes = json_array();
	add_json(cli->changes, json_pack("{s:o, s:o, s:s, s:b}", "what", json_text(what), "device",
					 device ? json_text(device) : json_null(), "state", state,
					 "changed", changed));
}

void tell_change(struct cli *cli, const char *what, const char *device, const char *state,
		 const char *more, bool changed)
{
	bool is_elsewhere = device && strcmp(device, what) != 0;

	cli->changed |= changed;
	if (cli->json)
		add_change(cli, what, device, state, changed);
	else
		say(cli, "%s%s%s: %s%s%s%s\n", what, is_elsewhere ? " on " : "",
		    is_elsewhere ? device : "", state, changed ? "" : " already", more ? ", " : "",
		    more ?: "");
}

int end_changes(struct cli *cli, int code)
{
	json_t *changes = cli->changes ?: json_array();

	cli->changes = NULL;
	if (!cli->json || code > EXIT_NO) {
		json_decref(changes);
		return code;
	}
	return print_json(json_pack("{s:b, s:o}", "changed", cli->changed, "changes", changes)) ?:
		       code;
}

size_t count_within(struct netfwv6_port_enum *ports, const struct netfwv6_port_range *range)
{
	struct netfwv6_port port;
	size_t count = 0;

	while (netfwv6_port_enum_next(ports, 1, sizeof(port), &port, NULL) == NETFWV6_S_OK)
		count += port.protocol == range->protocol && port.port >= range->first &&
			 port.port <= range->last;
	return count;
}
