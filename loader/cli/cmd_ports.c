// SPDX-License-Identifier: LGPL-2.1-or-later
/* open, close, ignore, observe and check work on PORT operands. */
#include <stdio.h>

#include "cleanup.h"
#include "port_operand.h"

typedef int (*range_action)(struct cli *cli, const struct port_range *range);

/* An action's worst exit code counts; a failure ends the run. */
static int for_each_range(struct cli *cli, range_action action)
{
	struct port_ranges ranges CLEANUP(free_port_ranges) = {};
	int worst = take_port_operands(cli, &ranges);

	if (worst != GO_ON)
		return worst;
	worst = EXIT_DONE;
	for (size_t i = 0; i < ranges.count && worst <= EXIT_NO; i++) {
		int code = action(cli, &ranges.ranges[i]);

		worst = code > worst ? code : worst;
	}
	return worst;
}

/* Counts the ports of the range that a rule decides on, on the device. */
static int count_decided(struct cli *cli, const struct port_range *range, uint32_t rule,
			 size_t *count)
{
	size_t all = range->last - range->first + 1;
	uint32_t *rules CLEANUP(free_at) = calloc(all, sizeof(*rules));
	netfwv6_result result;

	*count = 0;
	if (!rules) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	result = netfwv6_connection_get_effective_range(cli->connection, range->first, range->last,
							range->protocol,
							range->last - range->first + 1, rules);
	for (size_t i = 0; i < all && NETFWV6_SUCCEEDED(result); i++)
		*count += rules[i] == rule;
	return NETFWV6_FAILED(result) ? complain_of(result) : EXIT_DONE;
}

static int report(struct cli *cli, const struct port_range *range, netfwv6_result result,
		  const char *state)
{
	char text[PORT_TEXT_SIZE];

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	say(cli, "%s%s%s: %s\n", format_range(range, text), cli->device ? " on " : "",
	    cli->device ?: "", state);
	return EXIT_DONE;
}

/* What was taken away here may be allowed by the other rule. */
static int report_closed(struct cli *cli, const struct port_range *range, netfwv6_result result,
			 const char *state, uint32_t other_rule, const char *note)
{
	char text[PORT_TEXT_SIZE];
	size_t open = 0;
	int code = report(cli, range, result, state);

	if (code || !cli->connection || cli->quiet)
		return code;
	code = count_decided(cli, range, other_rule, &open);
	if (code || !open)
		return code;
	if (range->first == range->last)
		say(cli, "note: %s is %s\n", format_range(range, text), note);
	else
		say(cli, "note: of %s, %zu ports are %s\n", format_range(range, text), open, note);
	return EXIT_DONE;
}

/* A device that was renamed goes by the settings of another name. */
static void name_settings_in_force(const struct cli *cli)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };

	if (cli->connection &&
	    NETFWV6_SUCCEEDED(netfwv6_connection_get_status(cli->connection, &status)) &&
	    *status.settings_of)
		say(cli,
		    "note: device %s goes by the settings of %s, as which it was enabled; to put "
		    "its "
		    "own in force, type: netfwv6%s%s enable %s\n",
		    cli->device, status.settings_of, cli->state ? " --state " : "",
		    cli->state ?: "", cli->device);
}

static int change_each_range(struct cli *cli, range_action action)
{
	int code = for_each_range(cli, action);

	if (code == EXIT_DONE)
		name_settings_in_force(cli);
	return code;
}

static int open_port_range(struct cli *cli, const struct port_range *range)
{
	return report(cli, range,
		      cli->connection ?
			      netfwv6_connection_open_ports(cli->connection, range->first,
							    range->last, range->protocol,
							    cli->name) :
			      netfwv6_mgr_open_global_ports(cli->mgr, range->first, range->last,
							    range->protocol, cli->name),
		      "open");
}

int run_open(struct cli *cli)
{
	return change_each_range(cli, open_port_range);
}

static int close_port_range(struct cli *cli, const struct port_range *range)
{
	netfwv6_result result =
		cli->connection ? netfwv6_connection_close_ports(cli->connection, range->first,
								 range->last, range->protocol) :
				  netfwv6_mgr_close_global_ports(cli->mgr, range->first,
								 range->last, range->protocol);

	return report_closed(
		cli, range, result, "closed", NETFWV6_RULE_OPEN_GLOBAL,
		"still open there, by the global setting: 'netfwv6 ignore' excepts the device");
}

int run_close(struct cli *cli)
{
	return change_each_range(cli, close_port_range);
}

static int ignore_port_range(struct cli *cli, const struct port_range *range)
{
	return report_closed(cli, range,
			     netfwv6_connection_ignore_global_ports(cli->connection, range->first,
								    range->last, range->protocol),
			     "ignored", NETFWV6_RULE_OPEN_HERE,
			     "still open there by its own setting: 'netfwv6 close --dev' takes "
			     "that back");
}

int run_ignore(struct cli *cli)
{
	return change_each_range(cli, ignore_port_range);
}

static int observe_port_range(struct cli *cli, const struct port_range *range)
{
	return report(cli, range,
		      netfwv6_connection_observe_global_ports(cli->connection, range->first,
							      range->last, range->protocol),
		      "observed");
}

int run_observe(struct cli *cli)
{
	return change_each_range(cli, observe_port_range);
}

/* ---- check ----------------------------------------------------------------- */

static int count_globally_open(struct cli *cli, const struct port_range *range, size_t *open)
{
	struct netfwv6_port_enum *ports CLEANUP(free_ports_at) = NULL;
	netfwv6_result result;

	result = netfwv6_mgr_enumerate_globally_open_port_range(cli->mgr, range->first, range->last,
								range->protocol, &ports);
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_port_enum_count(ports, open);
	return NETFWV6_FAILED(result) ? complain_of(result) : EXIT_DONE;
}

/* Rules 1 and 2 decide on the device; *state says which, where one decides on all. */
static int count_open_here(struct cli *cli, const struct port_range *range, size_t *open,
			   const char **state)
{
	size_t all = range->last - range->first + 1, closed = 0, here = 0;
	int code = count_decided(cli, range, NETFWV6_RULE_CLOSED, &closed);

	if (!code)
		code = count_decided(cli, range, NETFWV6_RULE_OPEN_HERE, &here);
	*open = all - closed;
	*state = here == all ? "open here" : here || closed ? "open" : "open globally";
	return code;
}

static int check_port_range(struct cli *cli, const struct port_range *range)
{
	size_t all = range->last - range->first + 1, open = 0;
	const char *state = "open";
	char text[PORT_TEXT_SIZE], some[48];
	int code = cli->connection ? count_open_here(cli, range, &open, &state) :
				     count_globally_open(cli, range, &open);

	if (code)
		return code;
	snprintf(some, sizeof(some), "%zu of %zu open", open, all);
	say(cli, "%s%s%s: %s\n", format_range(range, text), cli->device ? " on " : "",
	    cli->device ?: "",
	    !open      ? "closed" :
	    open < all ? some :
			 state);
	return open == all ? EXIT_DONE : EXIT_NO;
}

int run_check(struct cli *cli)
{
	return for_each_range(cli, check_port_range);
}
