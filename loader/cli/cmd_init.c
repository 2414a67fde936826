// SPDX-License-Identifier: LGPL-2.1-or-later
/* init and remove make and remove the state as a whole. */
#include <ctype.h>
#include <grp.h>
#include <stdlib.h>

#include "groups.h"

/* A group is given by its name, or by its number. */
static int take_group(const char *text, uint32_t *group)
{
	const struct group *entry = getgrnam(text);
	char *end = NULL;
	unsigned long long number = entry ? entry->gr_gid : strtoull(text, &end, 10);

	if (!entry && (!isdigit((unsigned char)*text) || *end || number >= UINT32_MAX)) {
		complain("'%s' is no group: 'getent group' lists them; a number does, too", text);
		return EXIT_USAGE;
	}
	*group = (uint32_t)number;
	return GO_ON;
}

int run_init(struct cli *cli)
{
	struct netfwv6_initialize_options options = { .sz = sizeof(options),
						      .rebuild = cli->rebuild,
						      .set_group = cli->group };
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	int code = cli->group ? take_group(cli->group, &options.group) : GO_ON;
	char group[GROUP_TEXT_SIZE];
	netfwv6_result result;

	if (code != GO_ON)
		return code;
	result = netfwv6_mgr_initialize(cli->mgr, &options);
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_mgr_get_status(cli->mgr, &status);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	say(cli, "%s: %s, ports may be changed by root%s%s\n", netfwv6_mgr_state_dir(cli->mgr),
	    cli->rebuild ? "rebuilt" : "ready", status.group ? " and group " : " alone",
	    status.group ? format_group(status.group, group) : "");
	return EXIT_DONE;
}

int run_remove(struct cli *cli)
{
	netfwv6_result result = netfwv6_mgr_remove(cli->mgr);

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	say(cli, "%s: removed\n", netfwv6_mgr_state_dir(cli->mgr));
	return EXIT_DONE;
}
