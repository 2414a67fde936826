// SPDX-License-Identifier: LGPL-2.1-or-later
#include "uplinks.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"

static void name_uplink(const struct cli *cli, const char *device)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct netfwv6_connection *connection CLEANUP(free_connection_at) = NULL;
	netfwv6_result result = netfwv6_mgr_get_connection(cli->mgr, device, &connection);

	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_connection_get_status(connection, &status);
	if (NETFWV6_SUCCEEDED(result) && !status.learning)
		say(cli,
		    "note: a default route leads through %s, which nothing is learned from; if "
		    "answers "
		    "to what leaves there come in here, type: netfwv6%s%s enable --learn-only %s\n",
		    device, cli->state ? " --state " : "", cli->state ?: "", device);
}

void name_other_uplinks(const struct cli *cli)
{
	FILE *routes = fopen("/proc/self/net/ipv6_route", "re");
	char line[256], device[32], last[32] = "lo";
	unsigned int length;

	/* destination, its length, source, its length, next hop, metric, ..., device */
	while (routes && fgets(line, sizeof(line), routes))
		if (sscanf(line, "%*32s %2x %*s %*s %*s %*s %*s %*s %*s %31s", &length, device) ==
			    2 &&
		    length == 0 && strcmp(device, "lo") != 0 && strcmp(device, last) != 0) {
			name_uplink(cli, device);
			strcpy(last, device);
		}
	if (routes)
		fclose(routes);
}
