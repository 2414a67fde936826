// SPDX-License-Identifier: LGPL-2.1-or-later
#include "saved.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "boot.h"
#include "cleanup.h"
#include "policy_file.h"

#define SHOWN 10 /* lines of how they differ */

struct difference {
	const struct cli *cli;
	json_t *lines; /* null for text */
	size_t count;
};

static void show_difference(void *context, char sign, const char *line)
{
	struct difference *difference = context;

	if (difference->lines)
		json_array_append_new(difference->lines,
				      json_pack("{s:s#, s:s}", "sign", &sign, 1, "line", line));
	else if (difference->count < SHOWN)
		printf("  %c %s\n", sign, line);
	difference->count++;
}

/* Where it is kept; "" for nowhere. */
static void find_file(const struct cli *cli, char file[NETFWV6_PATH_SIZE])
{
	*file = '\0';
	if (NETFWV6_FAILED(netfwv6_mgr_get_policy_file(cli->mgr, NETFWV6_PATH_SIZE, file, NULL)))
		*file = '\0';
}

/* What the state has over the file, or lacks. False: that cannot be told, and why was said. */
static bool compare_with_file(struct cli *cli, const char *file, netfwv6_policy_change_fn show,
			      void *context, size_t *count)
{
	struct netfwv6_policy *kept CLEANUP(free_policy_at) = NULL;
	struct netfwv6_policy *state CLEANUP(free_policy_at) = NULL;
	netfwv6_result result;

	if (read_policy_file(file, &kept) != GO_ON)
		return false;
	result = netfwv6_mgr_read_policy(cli->mgr, &state);
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_policy_compare(kept, state, show, context, count);
	if (NETFWV6_FAILED(result))
		complain_of(result);
	return NETFWV6_SUCCEEDED(result);
}

void print_saved(struct cli *cli)
{
	struct difference difference = { .cli = cli };
	char file[NETFWV6_PATH_SIZE];
	size_t count = 0;

	find_file(cli, file);
	if (!*file)
		return;
	if (access(file, F_OK)) {
		printf("the policy is not saved: 'netfwv6 save %s' writes it\n", file);
		return;
	}
	if (!compare_with_file(cli, file, NULL, NULL, &count) || !count)
		return;
	printf("differs from the saved policy, %s:\n", file);
	compare_with_file(cli, file, show_difference, &difference, &count);
	if (count > SHOWN)
		printf("  and %zu more\n", count - SHOWN);
}

json_t *saved_json(struct cli *cli)
{
	json_auto_t *lines = json_array();
	struct difference difference = { .cli = cli, .lines = lines };
	char file[NETFWV6_PATH_SIZE];
	size_t count = 0;
	bool known;

	find_file(cli, file);
	if (!*file)
		return json_null();
	known = access(file, F_OK) == 0 &&
		compare_with_file(cli, file, show_difference, &difference, &count);
	return json_pack("{s:o, s:o, s:O}", "file", json_text(file), "differs",
			 known ? json_boolean(count != 0) : json_null(), "changes", lines);
}

int update_saved(struct cli *cli)
{
	netfwv6_result result = netfwv6_mgr_update_policy_file(cli->mgr);

	if (result == NETFWV6_E_ACCESSDENIED && geteuid() != 0)
		return EXIT_DONE;
	if (result == NETFWV6_E_ABORT)
		complain("warning: %s", netfwv6_detail());
	else if (NETFWV6_FAILED(result))
		return complain_of(result) == EXIT_RETRY ? EXIT_RETRY : EXIT_OTHER;
	else if (result == NETFWV6_S_OK)
		keep_applied(cli);
	return EXIT_DONE;
}
