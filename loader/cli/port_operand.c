// SPDX-License-Identifier: LGPL-2.1-or-later
#include "port_operand.h"

const char *protocol_name(uint32_t protocol)
{
	return protocol == NETFWV6_PROTOCOL_TCP ? "tcp" : "udp";
}

const char *format_range(const struct netfwv6_port_range *range, char *text)
{
	return NETFWV6_SUCCEEDED(netfwv6_format_ports(range, PORT_TEXT_SIZE, text)) ? text : "";
}

int take_port(const char *text, struct port_ranges *ranges)
{
	struct netfwv6_port_range *grown = reallocarray(
		ranges->ranges, ranges->count + NETFWV6_PORTS_TEXT_RANGES, sizeof(*ranges->ranges));
	netfwv6_result result;
	size_t count = 0;

	if (!grown) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	ranges->ranges = grown;
	result = netfwv6_parse_ports(text, NETFWV6_PORTS_TEXT_RANGES, sizeof(*grown),
				     grown + ranges->count, &count);
	if (NETFWV6_FAILED(result)) {
		complain("%s", netfwv6_detail());
		return EXIT_USAGE;
	}
	ranges->count += count;
	return GO_ON;
}

int take_port_operands(const struct cli *cli, struct port_ranges *ranges)
{
	int code = GO_ON;

	for (int i = 0; code == GO_ON && i < cli->n_operands; i++)
		code = take_port(cli->operands[i], ranges);
	return code;
}
