// SPDX-License-Identifier: LGPL-2.1-or-later
/* list --closed-hits shows the closed ports that packets were dropped for, most hit first. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "cleanup.h"
#include "port_hits.h"
#include "port_operand.h"

static int print_hits_json(bool counted, const struct port_hits *hits)
{
	json_auto_t *array = json_array();

	for (size_t i = 0; i < hits->count; i++) {
		const struct port_hit *hit = &hits->hits[i];

		if (!add_json(array, json_pack("{s:s, s:i, s:I}", "protocol",
					       protocol_name(hit->protocol), "port", (int)hit->port,
					       "packets", (json_int_t)hit->packets)))
			return EXIT_OTHER;
	}
	return print_json(json_pack("{s:b, s:O}", "counted", counted, "hits", array));
}

static void print_hits(const struct cli *cli, bool counted, const struct port_hits *hits)
{
	char text[PORT_TEXT_SIZE];

	if (!counted)
		say(cli, "packets are not counted by port: 'netfwv6 stats --count-ports on' "
			 "switches that on\n");
	else if (!hits->count)
		say(cli, "no packet was dropped for a closed port since that is counted\n");
	if (hits->count)
		printf("%-15s %15s\n", "PORT", "PACKETS");
	for (size_t i = 0; i < hits->count; i++) {
		const struct port_hit *hit = &hits->hits[i];
		const struct netfwv6_port_range port = { hit->port, hit->port, hit->protocol };

		printf("%-15s %15" PRIu64 "\n", format_range(&port, text), hit->packets);
	}
}

int run_closed_hits(struct cli *cli)
{
	struct port_hits hits CLEANUP(free_port_hits) = {};
	bool counted;
	netfwv6_result result;
	int code;

	if (cli->device) {
		complain("--closed-hits with --dev: packets are counted by port for all devices "
			 "together");
		return EXIT_USAGE;
	}
	result = netfwv6_mgr_get_port_hits_counted(cli->mgr, &counted);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	code = read_port_hits(cli, &hits);
	if (code)
		return code;
	if (cli->json)
		return print_hits_json(counted, &hits);
	print_hits(cli, counted, &hits);
	return EXIT_DONE;
}
