// SPDX-License-Identifier: LGPL-2.1-or-later
/* open, close, ignore, observe and check work on PORT operands. */
#include <stdio.h>

#include "changes.h"
#include "cleanup.h"
#include "port_operand.h"
#include "protection.h"

/* Counts the ports of the range that a rule decides on, on the device. */
static int count_decided(struct cli *cli, const struct netfwv6_port_range *range, uint32_t rule,
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

/* ---- Changing -------------------------------------------------------------- */

struct verb {
	const char *name;
	uint32_t change;
	const char *state;   /* what the ports are then */
	bool sets;	     /* the setting, or takes it back */
	bool closes;	     /* what may be protected */
	uint32_t other_rule; /* by which they may be open all the same; 0: that matters not */
	const char *note;    /* and what is to be said then */
};

static void name_port_range(const struct cli *cli, const struct netfwv6_port_range *range,
			    const char *state)
{
	char text[PORT_TEXT_SIZE];

	say(cli, "%s%s%s: %s\n", format_range(range, text), cli->device ? " on " : "",
	    cli->device ?: "", state);
}

/* What was taken away here may be allowed by the other rule. */
static int note_other_rule(struct cli *cli, const struct netfwv6_port_range *range,
			   const struct verb *verb)
{
	char text[PORT_TEXT_SIZE];
	size_t open = 0;
	int code = count_decided(cli, range, verb->other_rule, &open);

	if (code || !open)
		return code;
	if (range->first == range->last)
		say(cli, "note: %s is %s\n", format_range(range, text), verb->note);
	else
		say(cli, "note: of %s, %zu ports are %s\n", format_range(range, text), open,
		    verb->note);
	return EXIT_DONE;
}

/* How many ports of the range have the verb's setting now. What cannot be read counts as none. */
static size_t count_set(const struct cli *cli, const struct verb *verb,
			const struct netfwv6_port_range *range)
{
	struct netfwv6_port_enum *ports CLEANUP(free_ports_at) = NULL;
	bool exception =
		verb->change == NETFWV6_CHANGE_IGNORE || verb->change == NETFWV6_CHANGE_OBSERVE;
	size_t count = 0;
	netfwv6_result result;

	if (!cli->connection)
		result = netfwv6_mgr_enumerate_globally_open_ports(cli->mgr, range, &ports);
	else if (exception)
		result = netfwv6_connection_enumerate_ignored_global_ports(cli->connection, range,
									   &ports);
	else
		result = netfwv6_connection_enumerate_open_ports(cli->connection, range, &ports);
	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_port_enum_count(ports, &count);
	return NETFWV6_FAILED(result) ? 0 : count;
}

/* Of each range, whether the verb changes something of it; free() it. NULL: out of memory. */
static bool *look_ahead(const struct cli *cli, const struct port_ranges *ranges,
			const struct verb *verb)
{
	bool *changed = calloc(ranges->count, sizeof(*changed));

	for (size_t i = 0; changed && i < ranges->count; i++) {
		const struct netfwv6_port_range *range = &ranges->ranges[i];
		size_t before = count_set(cli, verb, range);

		changed[i] = verb->sets ? before < range->last - range->first + 1 : before > 0;
	}
	return changed;
}

static int report_made(struct cli *cli, const struct port_ranges *ranges, size_t made,
		       const struct verb *verb, const bool *changed)
{
	char text[PORT_TEXT_SIZE];
	int code = EXIT_DONE;

	for (size_t i = 0; i < made && !code; i++) {
		tell_change(cli, format_range(&ranges->ranges[i], text), cli->device, verb->state,
			    NULL, changed[i]);
		if (verb->other_rule && cli->connection && !cli->quiet && !cli->json)
			code = note_other_rule(cli, &ranges->ranges[i], verb);
	}
	return code;
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

static netfwv6_result ask_for_changes(const struct cli *cli, const struct port_ranges *ranges,
				      uint32_t change, size_t *made)
{
	struct netfwv6_port_change *changes CLEANUP(free_at) =
		calloc(ranges->count, sizeof(*changes));

	for (size_t i = 0; changes && i < ranges->count; i++)
		changes[i] = (struct netfwv6_port_change){ .change = change,
							   .first = ranges->ranges[i].first,
							   .last = ranges->ranges[i].last,
							   .protocol = ranges->ranges[i].protocol,
							   .name = cli->name };
	if (!changes)
		return NETFWV6_E_OUTOFMEMORY;
	return cli->connection ? netfwv6_connection_change_ports(cli->connection, ranges->count,
								 sizeof(*changes), changes, made) :
				 netfwv6_mgr_change_ports(cli->mgr, ranges->count, sizeof(*changes),
							  changes, made);
}

static int change_ports(struct cli *cli, const struct verb *verb)
{
	struct port_ranges ranges CLEANUP(free_port_ranges) = {};
	bool *changed CLEANUP(free_at) = NULL;
	netfwv6_result result;
	size_t made = 0;
	int code = take_port_operands(cli, &ranges);

	if (code == GO_ON && verb->closes)
		code = check_protection(cli, verb->name);
	if (code != GO_ON)
		return code;
	changed = look_ahead(cli, &ranges, verb);
	if (!changed) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	result = ask_for_changes(cli, &ranges, verb->change, &made);
	code = NETFWV6_FAILED(result) ? complain_of(result) : EXIT_DONE;
	code = report_made(cli, &ranges, made, verb, changed) ?: code;
	if (code == EXIT_DONE && !cli->json)
		name_settings_in_force(cli);
	return end_changes(cli, code);
}

int run_open(struct cli *cli)
{
	static const struct verb verb = {
		.name = "open", .change = NETFWV6_CHANGE_OPEN, .state = "open", .sets = true
	};

	return change_ports(cli, &verb);
}

int run_close(struct cli *cli)
{
	static const struct verb verb = {
		.name = "close",
		.change = NETFWV6_CHANGE_CLOSE,
		.state = "closed",
		.closes = true,
		.other_rule = NETFWV6_RULE_OPEN_GLOBAL,
		.note = "still open there, by the global setting: 'netfwv6 ignore' excepts the "
			"device",
	};

	return change_ports(cli, &verb);
}

int run_ignore(struct cli *cli)
{
	static const struct verb verb = {
		.name = "ignore",
		.change = NETFWV6_CHANGE_IGNORE,
		.state = "ignored",
		.sets = true,
		.closes = true,
		.other_rule = NETFWV6_RULE_OPEN_HERE,
		.note = "still open there by its own setting: 'netfwv6 close --dev' takes that "
			"back",
	};

	return change_ports(cli, &verb);
}

int run_observe(struct cli *cli)
{
	static const struct verb verb = { .name = "observe",
					  .change = NETFWV6_CHANGE_OBSERVE,
					  .state = "observed" };

	return change_ports(cli, &verb);
}

/* ---- check ----------------------------------------------------------------- */

static int count_globally_open(struct cli *cli, const struct netfwv6_port_range *range,
			       size_t *open)
{
	struct netfwv6_port_enum *ports CLEANUP(free_ports_at) = NULL;
	netfwv6_result result = netfwv6_mgr_enumerate_globally_open_ports(cli->mgr, range, &ports);

	if (NETFWV6_SUCCEEDED(result))
		result = netfwv6_port_enum_count(ports, open);
	return NETFWV6_FAILED(result) ? complain_of(result) : EXIT_DONE;
}

/* Rules 1 and 2 decide on the device; *state says which, where one decides on all. */
static int count_open_here(struct cli *cli, const struct netfwv6_port_range *range, size_t *open,
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

/* An exit code. */
static int check_port_range(struct cli *cli, const struct netfwv6_port_range *range)
{
	size_t all = range->last - range->first + 1, open = 0;
	const char *state = "open";
	char some[48];
	int code = cli->connection ? count_open_here(cli, range, &open, &state) :
				     count_globally_open(cli, range, &open);

	if (code)
		return code;
	snprintf(some, sizeof(some), "%zu of %zu open", open, all);
	name_port_range(cli, range, !open ? "closed" : open < all ? some : state);
	return open == all ? EXIT_DONE : EXIT_NO;
}

/* The worst exit code counts; a failure ends the run. */
int run_check(struct cli *cli)
{
	struct port_ranges ranges CLEANUP(free_port_ranges) = {};
	int worst = take_port_operands(cli, &ranges);

	if (worst != GO_ON)
		return worst;
	worst = EXIT_DONE;
	for (size_t i = 0; i < ranges.count && worst <= EXIT_NO; i++) {
		int code = check_port_range(cli, &ranges.ranges[i]);

		worst = code > worst ? code : worst;
	}
	return worst;
}
