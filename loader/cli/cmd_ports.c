// SPDX-License-Identifier: LGPL-2.1-or-later
/* open, close, check: what works on PORT operands. */
#include <stdlib.h>

#include "port_operand.h"

typedef int (*range_action)(struct cli *cli, const struct port_range *range);

/* An action's worst exit code counts; a failure ends the run. */
static int for_each_range(struct cli *cli, range_action action)
{
	struct port_ranges ranges;
	int worst = take_port_operands(cli, &ranges);

	if (worst >= 0)
		return worst;
	worst = EXIT_DONE;
	for (size_t i = 0; i < ranges.count && worst <= EXIT_NO; i++) {
		int code = action(cli, &ranges.ranges[i]);

		worst = code > worst ? code : worst;
	}
	free(ranges.ranges);
	return worst;
}

static int report(struct cli *cli, const struct port_range *range, netfwv6_result result,
		  const char *state)
{
	char text[PORT_TEXT_SIZE];

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	say(cli, "%s: %s\n", format_range(range, text), state);
	return EXIT_DONE;
}

static int open_ports(struct cli *cli, const struct port_range *range)
{
	return report(cli, range,
		      netfwv6_mgr_open_global_ports(cli->mgr, range->first, range->last,
						    range->protocol, cli->name),
		      "open");
}

int run_open(struct cli *cli)
{
	return for_each_range(cli, open_ports);
}

static int close_ports(struct cli *cli, const struct port_range *range)
{
	return report(cli, range,
		      netfwv6_mgr_close_global_ports(cli->mgr, range->first, range->last,
						     range->protocol),
		      "closed");
}

int run_close(struct cli *cli)
{
	return for_each_range(cli, close_ports);
}

static int check_ports(struct cli *cli, const struct port_range *range)
{
	size_t all = range->last - range->first + 1, open = 0;
	struct netfwv6_port_enum *ports;
	char text[PORT_TEXT_SIZE];
	netfwv6_result result;

	result = netfwv6_mgr_enumerate_globally_open_port_range(cli->mgr, range->first, range->last,
								range->protocol, &ports);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	netfwv6_port_enum_count(ports, &open);
	netfwv6_port_enum_free(ports);
	if (open > 0 && open < all)
		say(cli, "%s: %zu of %zu open\n", format_range(range, text), open, all);
	else
		say(cli, "%s: %s\n", format_range(range, text), open ? "open" : "closed");
	return open == all ? EXIT_DONE : EXIT_NO;
}

int run_check(struct cli *cli)
{
	return for_each_range(cli, check_ports);
}
