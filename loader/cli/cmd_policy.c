// SPDX-License-Identifier: LGPL-2.1-or-later
/* save and apply: the whole policy as a text, and back. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot.h"
#include "cleanup.h"
#include "policy_file.h"
#include "saved.h"
#include "ssh.h"
#include "visit.h"

static void free_text_at(char **text)
{
	netfwv6_policy_text_free(*text);
}

/* By whatever name: is it the file that the policy is kept in? Its path is read then. */
static bool is_kept_file(const struct cli *cli, const char *path, char kept[NETFWV6_PATH_SIZE])
{
	struct stat one, other;

	return NETFWV6_SUCCEEDED(
		       netfwv6_mgr_get_policy_file(cli->mgr, NETFWV6_PATH_SIZE, kept, NULL)) &&
	       *kept && stat(path, &one) == 0 && stat(kept, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static int print_policy(struct cli *cli)
{
	struct netfwv6_policy *policy CLEANUP(free_policy_at) = NULL;
	char *text CLEANUP(free_text_at) = NULL;
	netfwv6_result result = netfwv6_mgr_read_policy(cli->mgr, &policy);

	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_policy_print(policy, &text);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	fputs(text, stdout);
	return EXIT_DONE;
}

int run_save(struct cli *cli)
{
	const char *path = cli->n_operands ? cli->operands[0] : "-";
	char kept[NETFWV6_PATH_SIZE];
	netfwv6_result result;

	if (cli->update && cli->n_operands) {
		complain("--update is of the file that the policy is kept in: leave out '%s'",
			 path);
		return EXIT_USAGE;
	}
	if (cli->update)
		return update_saved(cli);
	if (strcmp(path, "-") == 0)
		return print_policy(cli);
	result = netfwv6_mgr_save_policy(cli->mgr, is_kept_file(cli, path, kept) ? kept : path);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	say(cli, "%s: saved\n", path);
	return EXIT_DONE;
}

/* ---- apply ----------------------------------------------------------------- */

struct shown {
	struct cli *cli;
	json_t *changes; /* null for text */
};

static void show_change(void *context, char sign, const char *line)
{
	const struct shown *shown = context;

	if (!shown->changes)
		say(shown->cli, "%c %s\n", sign, line);
	else
		json_array_append_new(shown->changes,
				      json_pack("{s:s#, s:s}", "sign", &sign, 1, "line", line));
}

static int report_applied(const struct shown *shown, size_t changes)
{
	const struct cli *cli = shown->cli;
	int code = EXIT_DONE;

	if (shown->changes)
		code = print_json(json_pack("{s:b, s:O}", "changed", changes != 0, "changes",
					    shown->changes));
	else if (!changes)
		say(cli, "nothing to do: the state is as %s says\n", cli->operands[0]);
	return !code && cli->dry_run && changes ? EXIT_NO : code;
}

/* Whoever closed his own way in by it still has this session to open it again. */
static int warn_on_device(struct cli *cli, struct netfwv6_connection *connection, void *context)
{
	bool firewalled = false;

	(void)context;
	if (NETFWV6_SUCCEEDED(netfwv6_connection_is_firewalled(connection, &firewalled)) &&
	    firewalled)
		warn_of_lockout(cli, connection);
	return EXIT_DONE;
}

/* A file, or --boot, which takes no other option of what is applied. */
static int check_what_to_apply(const struct cli *cli)
{
	if (!cli->boot && !cli->n_operands)
		complain("'apply' needs a file, or --boot: netfwv6 apply FILE");
	else if (cli->boot && (cli->n_operands || cli->dry_run || cli->json))
		complain("--boot goes with neither a file nor --dry-run nor --json");
	else
		return GO_ON;
	return EXIT_USAGE;
}

int run_apply(struct cli *cli)
{
	struct netfwv6_policy *policy CLEANUP(free_policy_at) = NULL;
	json_auto_t *lines = cli->json ? json_array() : NULL;
	struct shown shown = { cli, lines };
	struct netfwv6_apply_options options = { .sz = sizeof(options),
						 .change = show_change,
						 .context = &shown,
						 .dry_run = cli->dry_run,
						 .force = cli->force };
	char kept[NETFWV6_PATH_SIZE];
	netfwv6_result result;
	size_t changes = 0;
	int code = check_what_to_apply(cli);

	if (code != GO_ON)
		return code;
	if (cli->boot)
		return apply_at_boot(cli);
	code = read_policy_file(cli->operands[0], &policy);
	if (code != GO_ON)
		return code;
	result = netfwv6_mgr_apply_policy(cli->mgr, policy, &options, &changes);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	cli->changed = changes && !cli->dry_run;
	if (cli->changed)
		visit_connections(cli, warn_on_device, NULL);
	if (!cli->dry_run && is_kept_file(cli, cli->operands[0], kept)) {
		/* It says what the state is now; its comments stay. */
		result = netfwv6_mgr_put_policy_file(cli->mgr, kept);
		cli->once = true;
		if (NETFWV6_FAILED(result))
			return complain_of(result);
		keep_applied(cli);
	}
	return report_applied(&shown, changes);
}
