// SPDX-License-Identifier: LGPL-2.1-or-later
#include "boot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "policy_file.h"

#define APPLIED_DIR "/var/lib/netfwv6"
#define APPLIED APPLIED_DIR "/applied"
#define KEPT "/etc/netfwv6/policy"

/* ---- The copy ---------------------------------------------------------------- */

/* Is it the state that is firewalled at boot? */
static bool is_kept_by_default(const struct cli *cli)
{
	char path[NETFWV6_PATH_SIZE] = "";

	return NETFWV6_SUCCEEDED(netfwv6_mgr_get_policy_file(cli->mgr, sizeof(path), path, NULL)) &&
	       strcmp(path, KEPT) == 0;
}

void keep_applied(struct cli *cli)
{
	if (!is_kept_by_default(cli))
		return;
	if (mkdir(APPLIED_DIR, 0755) && errno != EEXIST)
		complain("warning: cannot make %s: %s", APPLIED_DIR, strerror(errno));
	else if (NETFWV6_FAILED(netfwv6_mgr_save_policy(cli->mgr, APPLIED)))
		complain("warning: %s", netfwv6_detail());
}

/* ---- What can be applied ------------------------------------------------------ */

static void say_change(void *context, char sign, const char *line)
{
	say(context, "%c %s\n", sign, line);
}

/* Each device by itself: what fails with some is complained of, and the rest holds. */
static int apply(struct cli *cli, const struct netfwv6_policy *policy)
{
	struct netfwv6_apply_options options = { .sz = sizeof(options),
						 .change = say_change,
						 .context = cli,
						 .force = cli->force,
						 .go_on = true };
	netfwv6_result result = netfwv6_mgr_apply_policy(cli->mgr, policy, &options, NULL);

	return NETFWV6_FAILED(result) ? complain_of(result) : EXIT_DONE;
}

/* Of a file: GO_ON when it cannot be applied, so that another has to be. */
static int apply_file(struct cli *cli, const char *path)
{
	struct netfwv6_policy *policy CLEANUP(free_policy_at) = NULL;

	return read_policy_file(path, &policy) == GO_ON ? apply(cli, policy) : GO_ON;
}

/* ---- Every device ------------------------------------------------------------- */

/* Appends the protected ports of a file that is damaged elsewhere, as protected and open. */
static void add_protected(FILE *text, const char *path)
{
	static const char word[] = "protect ";
	FILE *file = fopen(path, "re");
	char *line CLEANUP(free_at) = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		struct netfwv6_policy *policy CLEANUP(free_policy_at) = NULL;
		char *alone CLEANUP(free_at) = NULL;
		const char *ports = line + strspn(line, " \t");

		line[strcspn(line, "\n")] = '\0';
		if (strncmp(ports, word, strlen(word)) != 0)
			continue;
		ports += strlen(word);
		if (asprintf(&alone, "version 1\nopen %s\nprotect %s\n", ports, ports) < 0)
			alone = NULL;
		if (alone && NETFWV6_SUCCEEDED(netfwv6_policy_parse(alone, strlen(alone), NULL,
								    NULL, &policy)))
			fprintf(text, "open %s\nprotect %s\n", ports, ports);
	}
	if (file)
		fclose(file);
}

static int apply_every_device(struct cli *cli)
{
	struct netfwv6_policy *policy CLEANUP(free_policy_at) = NULL;
	char *text CLEANUP(free_at) = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	netfwv6_result result;

	if (!stream) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	fputs("version 1\n", stream);
	add_protected(stream, KEPT);
	add_protected(stream, APPLIED);
	fputs("enable --all\n", stream);
	if (fclose(stream)) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	result = netfwv6_policy_parse(text, size, NULL, NULL, &policy);
	return NETFWV6_FAILED(result) ? complain_of(result) : apply(cli, policy);
}

/* It says what the state is, so commands may bring it up to date; its copy only if all holds. */
static int note_kept(struct cli *cli, int code)
{
	netfwv6_result result = netfwv6_mgr_put_policy_file(cli->mgr, KEPT);

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (!code)
		keep_applied(cli);
	return code;
}

int apply_at_boot(struct cli *cli)
{
	int code = apply_file(cli, KEPT);

	cli->once = true;
	if (code != GO_ON)
		return note_kept(cli, code);
	complain("%s cannot be applied: the last policy that was is taken, %s", KEPT, APPLIED);
	code = apply_file(cli, APPLIED);
	if (code != GO_ON)
		return EXIT_OTHER;
	complain("%s cannot be applied either: every device with hardware behind it is firewalled, "
		 "and the protected ports are open",
		 APPLIED);
	apply_every_device(cli);
	return EXIT_OTHER;
}
