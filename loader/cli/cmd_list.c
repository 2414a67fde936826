// SPDX-License-Identifier: LGPL-2.1-or-later
/* list: the open ports. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "port_operand.h"

static int list_json(struct netfwv6_port_enum *ports)
{
	json_t *array = json_array();
	struct netfwv6_port port;

	while (netfwv6_port_enum_next(ports, 1, &port, NULL) == NETFWV6_S_OK) {
		json_t *object = json_pack("{s:s, s:s, s:i, s:s}", "scope", "global", "protocol",
					   protocol_name(port.protocol), "port", (int)port.port,
					   "name", port.name);

		if (!add_json(array, object)) {
			json_decref(array);
			return EXIT_OTHER;
		}
	}
	return print_json(json_pack("{s:o}", "ports", array));
}

static void print_row(const struct port_range *range, const char *name)
{
	char text[PORT_TEXT_SIZE];

	printf("%-8s %-16s %s\n", "global", format_range(range, text), name);
}

static bool continues(const struct port_range *range, const char *name,
		      const struct netfwv6_port *port)
{
	return port->protocol == range->protocol && port->port == range->last + 1 &&
	       strcmp(port->name, name) == 0;
}

/* Neighbours of the same name make one row. */
static int list_text(struct cli *cli, struct netfwv6_port_enum *ports)
{
	char name[NETFWV6_NAME_MAX + 1] = "";
	struct port_range range = {};
	struct netfwv6_port port;

	while (netfwv6_port_enum_next(ports, 1, &port, NULL) == NETFWV6_S_OK) {
		if (!range.first)
			printf("%-8s %-16s %s\n", "SCOPE", "PORT", "NAME");
		if (range.first && continues(&range, name, &port)) {
			range.last = port.port;
			continue;
		}
		if (range.first)
			print_row(&range, name);
		range = (struct port_range){ port.port, port.port, port.protocol };
		memcpy(name, port.name, sizeof(name));
	}
	if (range.first)
		print_row(&range, name);
	else
		say(cli, "no port is open\n");
	return EXIT_DONE;
}

int run_list(struct cli *cli)
{
	struct netfwv6_port_enum *ports;
	netfwv6_result result = netfwv6_mgr_enumerate_globally_open_ports(cli->mgr, &ports);
	int code;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	code = cli->json ? list_json(ports) : list_text(cli, ports);
	netfwv6_port_enum_free(ports);
	return code;
}
