// SPDX-License-Identifier: LGPL-2.1-or-later
/* enable and disable switch the firewall of a device. */
#include <stdio.h>
#include <string.h>

#include "changes.h"
#include "cleanup.h"
#include "every.h"
#include "open_listeners.h"
#include "ssh.h"
#include "troubles.h"
#include "uplinks.h"
#include "values.h"
#include "visit.h"

static int take_enable_options(const struct cli *cli, struct netfwv6_enable_options *options)
{
	int code;

	options->stateless = cli->stateless;
	options->learn_only = cli->learn_only;
	options->if_configured = cli->if_configured;
	if (cli->if_configured && (cli->stateless || cli->mode || cli->learn_only || cli->forward ||
				   cli->open_listeners)) {
		complain("--if-configured enables a device as it was before, so it goes with no "
			 "other option");
		return EXIT_USAGE;
	}
	if (cli->if_configured && cli->ahead) {
		complain(
			"--if-configured is of a device that is wanted already, and --ahead of one "
			"that is not yet: give one of them");
		return EXIT_USAGE;
	}
	if (cli->learn_only &&
	    (cli->stateless || cli->mode || cli->forward || cli->open_listeners)) {
		complain("--learn-only filters nothing, so it goes with none of --mode, "
			 "--stateless, --forward and --open-listeners");
		return EXIT_USAGE;
	}
	code = take_forward(cli->forward, &options->forward);
	return code == GO_ON ? take_mode(cli->mode, &options->mode) : code;
}

/* Is the device as it was, as far as anybody can tell? */
static bool is_as_before(const struct netfwv6_connection_status *one,
			 const struct netfwv6_connection_status *other)
{
	return one->firewalled == other->firewalled && one->learning == other->learning &&
	       one->configured == other->configured && one->stateless == other->stateless &&
	       one->forward == other->forward &&
	       one->configured_learn_only == other->configured_learn_only &&
	       one->mode == other->mode && one->program_id == other->program_id &&
	       one->guard_id == other->guard_id && one->troubles == other->troubles &&
	       strcmp(one->settings_of, other->settings_of) == 0;
}

static void report_enabled(struct cli *cli, const char *device,
			   const struct netfwv6_connection_status *before,
			   const struct netfwv6_connection_status *status)
{
	bool changed = !is_as_before(before, status);
	char how[96];

	snprintf(how, sizeof(how), "%s mode%s%s", mode_name(status->mode),
		 status->stateless ? ", stateless" : "",
		 status->forward == NETFWV6_FORWARD_PASS ? ", passes what is forwarded" : "");
	if (status->firewalled)
		tell_change(cli, device, device, "firewalled", how, changed);
	else if (status->learning)
		tell_change(cli, device, device, "learning", "not firewalled", changed);
	else
		tell_change(cli, device, device, "configured", "and not here yet", changed);
}

/* Without any option, a firewalled device keeps its settings. */
static bool has_options(const struct cli *cli)
{
	return cli->mode || cli->forward || cli->stateless || cli->learn_only || cli->if_configured;
}

/* Names what no device's firewall sees. */
static void name_blind_spots(const struct cli *cli)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };

	if (NETFWV6_FAILED(netfwv6_mgr_get_status(cli->mgr, &status)))
		return;
	for (size_t i = 0; i < BLIND_SPOTS; i++)
		if (status.blind_spots & blind_spots[i].bit)
			say(cli, "note: %s\n", blind_spots[i].sentence);
}

/* What else is to be known, once a device is firewalled. */
static void tell_more(struct cli *cli, struct netfwv6_connection *connection,
		      const struct netfwv6_connection_status *status)
{
	if (!status->firewalled || cli->json)
		return;
	if (!status->stateless)
		name_other_uplinks(cli);
	name_blind_spots(cli);
	if (!cli->if_configured)
		name_closed_listeners(cli, connection);
}

static int attach(struct cli *cli, struct netfwv6_connection *connection,
		  const struct netfwv6_enable_options *options)
{
	struct netfwv6_connection_status before = { .sz = sizeof(before) }, status = before;
	netfwv6_result result = netfwv6_connection_get_status(connection, &before);

	if (NETFWV6_SUCCEEDED(result) && (!before.firewalled || *before.settings_of) &&
	    !cli->learn_only && !cli->if_configured)
		warn_of_lockout(cli, connection);
	result = netfwv6_connection_enable_firewall(connection, has_options(cli) ? options : NULL);
	if (result == NETFWV6_S_FALSE)
		return EXIT_DONE; /* not configured */
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_connection_get_status(connection, &status);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	report_enabled(cli, netfwv6_connection_name(connection), &before, &status);
	tell_more(cli, connection, &status);
	return EXIT_DONE;
}

static int enable(struct cli *cli, struct netfwv6_connection *connection)
{
	struct netfwv6_enable_options options = { .sz = sizeof(options) };
	struct port_ranges opened CLEANUP(free_port_ranges) = {};
	int code = take_enable_options(cli, &options);

	if (code == GO_ON && cli->open_listeners)
		code = open_listeners(cli, connection, &opened);
	if (code != GO_ON)
		return code;
	code = attach(cli, connection, &options);
	if (code)
		close_again(connection, &opened);
	return code;
}

static int disable(struct cli *cli, struct netfwv6_connection *connection)
{
	struct netfwv6_connection_status before = { .sz = sizeof(before) }, now = before;
	const char *device = netfwv6_connection_name(connection);
	netfwv6_result result = netfwv6_connection_get_status(connection, &before);

	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_connection_disable_firewall(connection);
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_connection_get_status(connection, &now);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	tell_change(cli, device, device, "not firewalled", NULL,
		    before.firewalled || before.learning || before.configured || before.moved ||
			    before.left_out != now.left_out);
	return EXIT_DONE;
}

static int with_connection(struct cli *cli,
			   int (*action)(struct cli *, struct netfwv6_connection *))
{
	struct netfwv6_connection *connection CLEANUP(free_connection_at) = NULL;
	netfwv6_result result = find_connection(cli, cli->operands[0], &connection);

	/* The device was here and has gone again. */
	if (result == NETFWV6_E_NOINTERFACE && cli->if_configured)
		return end_changes(cli, EXIT_DONE);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	return end_changes(cli, action(cli, connection));
}

static int warn_if_by_all(struct cli *cli, struct netfwv6_connection *connection, void *unused)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };

	(void)unused;
	if (NETFWV6_SUCCEEDED(netfwv6_connection_get_status(connection, &status)) &&
	    status.by_all && status.firewalled)
		warn_of_lockout(cli, connection);
	return EXIT_DONE;
}

int run_enable(struct cli *cli)
{
	int code = check_device_or_all(cli);

	if (code != GO_ON)
		return code;
	if (!cli->all)
		return with_connection(cli, enable);
	code = enable_every(cli);
	return code ?: visit_connections(cli, warn_if_by_all, NULL);
}

/* A device that stays firewalled is told by the exit code, and the others are disabled. */
static int disable_if_enabled(struct cli *cli, struct netfwv6_connection *connection, void *context)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	netfwv6_result result = netfwv6_connection_get_status(connection, &status);
	int *worst = context, code;

	if (NETFWV6_SUCCEEDED(result) && !status.firewalled && !status.learning &&
	    !status.configured && !status.moved)
		return EXIT_DONE;
	code = NETFWV6_FAILED(result) ? complain_of(result) : disable(cli, connection);
	if (code)
		*worst = code;
	return EXIT_DONE;
}

static int disable_all(struct cli *cli)
{
	int worst = EXIT_DONE, code = visit_connections(cli, disable_if_enabled, &worst);
	int ended = end_every(cli);

	return code ?: worst ?: ended;
}

int run_disable(struct cli *cli)
{
	int code = check_device_or_all(cli);

	if (code != GO_ON)
		return code;
	return cli->all ? end_changes(cli, disable_all(cli)) : with_connection(cli, disable);
}
