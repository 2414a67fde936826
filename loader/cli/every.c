// SPDX-License-Identifier: LGPL-2.1-or-later
#include "every.h"

#include <stdio.h>

#include "changes.h"
#include "values.h"
#include "visit.h"

#define EVERY "every device with hardware behind it"

int check_device_or_all(const struct cli *cli)
{
	const char *name = cli->command->name;

	if (!cli->n_operands && !cli->all)
		complain("'%s' needs an operand: netfwv6 %s DEV, or --all", name, name);
	else if (cli->n_operands && cli->all)
		complain("'%s --all' is about every device: leave out '%s'", name,
			 cli->operands[0]);
	else
		return GO_ON;
	return EXIT_USAGE;
}

static int take_every_options(const struct cli *cli, struct netfwv6_enable_options *options)
{
	int code;

	if (cli->if_configured || cli->learn_only || cli->ahead || cli->open_listeners) {
		complain("--all is for devices that are to be firewalled, here or not, so it goes "
			 "with none of --if-configured, --learn-only, --ahead and "
			 "--open-listeners");
		return EXIT_USAGE;
	}
	options->stateless = cli->stateless;
	code = take_forward(cli->forward, &options->forward);
	return code == GO_ON ? take_mode(cli->mode, &options->mode) : code;
}

/* ---- The wish, and what comes of it --------------------------------------------- */

struct every {
	struct netfwv6_mgr_status status;
	size_t firewalled; /* devices, by that wish alone */
};

static int count_one(struct cli *cli, struct netfwv6_connection *connection, void *context)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	netfwv6_result result = netfwv6_connection_get_status(connection, &status);
	struct every *every = context;

	(void)cli;
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	every->firewalled += status.by_all && status.firewalled;
	return EXIT_DONE;
}

static int look_at_every(struct cli *cli, struct every *every)
{
	netfwv6_result result;

	*every = (struct every){ .status = { .sz = sizeof(every->status) } };
	result = netfwv6_mgr_get_status(cli->mgr, &every->status);
	return NETFWV6_FAILED(result) ? complain_of(result) :
					visit_connections(cli, count_one, every);
}

static void describe(const struct netfwv6_mgr_status *status, char text[64])
{
	snprintf(text, 64, "now and when it comes%s%s%s", status->every_mode ? ", mode " : "",
		 status->every_mode ? mode_name(status->every_mode) : "",
		 status->every_stateless ? ", stateless" : "");
}

void say_every(const struct cli *cli, const struct netfwv6_mgr_status *status)
{
	char how[64];

	describe(status, how);
	say(cli, EVERY ": firewalled, %s\n", how);
}

/* ---- The commands --------------------------------------------------------------- */

static int report_one(struct cli *cli, struct netfwv6_connection *connection, void *unused)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	netfwv6_result result = netfwv6_connection_get_status(connection, &status);

	(void)unused;
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (!status.by_all || !status.firewalled)
		return EXIT_DONE;
	if (!cli->json)
		say(cli, "%s: firewalled, %s mode%s\n", netfwv6_connection_name(connection),
		    mode_name(status.mode), status.stateless ? ", stateless" : "");
	return EXIT_DONE;
}

static int report_every(struct cli *cli, const struct every *before)
{
	struct every now;
	char how[64];
	int code = look_at_every(cli, &now);

	if (code)
		return code;
	describe(&now.status, how);
	code = visit_connections(cli, report_one, NULL);
	tell_change(cli, EVERY, NULL, "firewalled", how,
		    before->status.every != now.status.every ||
			    before->status.every_mode != now.status.every_mode ||
			    before->status.every_stateless != now.status.every_stateless ||
			    before->firewalled != now.firewalled);
	return code;
}

int enable_every(struct cli *cli)
{
	struct netfwv6_enable_options options = { .sz = sizeof(options) };
	bool given = cli->mode || cli->stateless || cli->forward;
	struct every before;
	netfwv6_result result;
	int code = take_every_options(cli, &options);

	if (code == GO_ON)
		code = look_at_every(cli, &before);
	if (code)
		return code;
	result = netfwv6_mgr_enable_all(cli->mgr, given ? &options : NULL);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	return end_changes(cli, report_every(cli, &before));
}

int end_every(struct cli *cli)
{
	struct netfwv6_mgr_status before = { .sz = sizeof(before) };
	netfwv6_result result = netfwv6_mgr_get_status(cli->mgr, &before);

	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_mgr_disable_all(cli->mgr);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (before.every)
		tell_change(cli, EVERY, NULL, "not firewalled any longer", NULL, true);
	return EXIT_DONE;
}
