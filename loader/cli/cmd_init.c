// SPDX-License-Identifier: LGPL-2.1-or-later
/* init and remove make and remove the state as a whole. */
#include <ctype.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>

#include "changes.h"
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

/* From now on it is kept there, and so it is written, unless the file says something else. */
static netfwv6_result keep_in_file(struct cli *cli)
{
	netfwv6_result result = netfwv6_mgr_put_policy_file(cli->mgr, cli->policy);

	cli->changed |= NETFWV6_SUCCEEDED(result);
	return result;
}

int run_init(struct cli *cli)
{
	struct netfwv6_initialize_options options = { .sz = sizeof(options),
						      .rebuild = cli->rebuild,
						      .set_group = cli->group };
	struct netfwv6_mgr_status before = { .sz = sizeof(before) }, status = before;
	int code = cli->group ? take_group(cli->group, &options.group) : GO_ON;
	char group[GROUP_TEXT_SIZE], who[GROUP_TEXT_SIZE + 64];
	netfwv6_result result;

	if (code != GO_ON)
		return code;
	if (NETFWV6_FAILED(netfwv6_mgr_get_status(cli->mgr, &before)))
		before.exists = false;
	result = netfwv6_mgr_initialize(cli->mgr, &options);
	if (NETFWV6_SUCCEEDED(result) && cli->policy)
		result = keep_in_file(cli);
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_mgr_get_status(cli->mgr, &status);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	snprintf(who, sizeof(who), "ports may be changed by root%s%s",
		 status.group ? " and group " : " alone",
		 status.group ? format_group(status.group, group) : "");
	tell_change(cli, netfwv6_mgr_state_dir(cli->mgr), NULL, cli->rebuild ? "rebuilt" : "ready",
		    who, cli->rebuild || !before.exists || before.group != status.group);
	return end_changes(cli, EXIT_DONE);
}

int run_remove(struct cli *cli)
{
	struct netfwv6_mgr_status before = { .sz = sizeof(before), .exists = true };
	netfwv6_result result;

	/* What is damaged can be removed all the same. */
	if (NETFWV6_FAILED(netfwv6_mgr_get_status(cli->mgr, &before)))
		before.exists = true;
	result = netfwv6_mgr_remove(cli->mgr);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	tell_change(cli, netfwv6_mgr_state_dir(cli->mgr), NULL, "removed", NULL, before.exists);
	return end_changes(cli, EXIT_DONE);
}
