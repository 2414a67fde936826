// SPDX-License-Identifier: LGPL-2.1-or-later
/* list shows the open ports and the ignored ones of every scope. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "every.h"
#include "port_operand.h"
#include "printable.h"
#include "visit.h"

/* Ports that have something in common. */
struct group {
	const char *device; /* printable; NULL: global */
	bool ignored, is_protected;
	struct netfwv6_port_enum *ports;
};

/* Rows go to the text, or to these arrays. */
struct output {
	json_t *open, *ignored, *guarded; /* null for text */
	bool any;
};

static void free_output(struct output *output)
{
	json_decref(output->open);
	json_decref(output->ignored);
	json_decref(output->guarded);
}

static int list_json(const struct group *group, struct output *output)
{
	struct netfwv6_port port;

	while (netfwv6_port_enum_next(group->ports, 1, sizeof(struct netfwv6_port), &port, NULL) ==
	       NETFWV6_S_OK) {
		const char *protocol = protocol_name(port.protocol);
		json_t *object =
			group->is_protected ? json_pack("{s:s, s:i}", "protocol", protocol, "port",
							(int)port.port) :
			group->ignored ? json_pack("{s:s, s:s, s:i, s:s}", "device", group->device,
						   "protocol", protocol, "port", (int)port.port,
						   "name", port.name) :
					 json_pack("{s:s, s:s?, s:s, s:i, s:s}", "scope",
						   group->device ? "connection" : "global",
						   "device", group->device, "protocol", protocol,
						   "port", (int)port.port, "name", port.name);

		if (!add_json(group->is_protected ? output->guarded :
			      group->ignored	  ? output->ignored :
						    output->open,
			      object))
			return EXIT_OTHER;
	}
	return EXIT_DONE;
}

static void print_row(const struct group *group, const struct netfwv6_port_range *range,
		      const char *name)
{
	char text[PORT_TEXT_SIZE];

	printf("%-15s %-16s %-8s %s\n", group->device ?: "global", format_range(range, text),
	       group->is_protected ? "protected" :
	       group->ignored	   ? "ignored" :
				     "open",
	       name);
}

static bool continues(const struct netfwv6_port_range *range, const char *name,
		      const struct netfwv6_port *port)
{
	return port->protocol == range->protocol && port->port == range->last + 1 &&
	       strcmp(port->name, name) == 0;
}

/* Neighbours of the same name make one row. */
static int list_text(const struct group *group, struct output *output)
{
	char name[NETFWV6_NAME_MAX + 1] = "";
	struct netfwv6_port_range range = {};
	struct netfwv6_port port;

	while (netfwv6_port_enum_next(group->ports, 1, sizeof(struct netfwv6_port), &port, NULL) ==
	       NETFWV6_S_OK) {
		if (!output->any)
			printf("%-15s %-16s %-8s %s\n", "SCOPE", "PORT", "STATE", "NAME");
		output->any = true;
		if (range.first && continues(&range, name, &port)) {
			range.last = port.port;
			continue;
		}
		if (range.first)
			print_row(group, &range, name);
		range = (struct netfwv6_port_range){ port.port, port.port, port.protocol };
		memcpy(name, port.name, sizeof(name));
	}
	if (range.first)
		print_row(group, &range, name);
	return EXIT_DONE;
}

static int list_group(struct group group, netfwv6_result result, struct output *output)
{
	int code;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	code = output->open ? list_json(&group, output) : list_text(&group, output);
	netfwv6_port_enum_free(group.ports);
	return code;
}

static int list_connection(struct cli *cli, struct netfwv6_connection *connection, void *context)
{
	struct output *output = context;
	char device[PRINTABLE_SIZE];
	struct group group = { .device = device };
	netfwv6_result result =
		netfwv6_connection_enumerate_open_ports(connection, NULL, &group.ports);
	int code;

	(void)cli;
	make_printable(netfwv6_connection_id(connection), device);
	code = list_group(group, result, output);
	if (code)
		return code;
	group.ignored = true;
	result = netfwv6_connection_enumerate_ignored_global_ports(connection, NULL, &group.ports);
	return list_group(group, result, output);
}

static int list_all(struct cli *cli, struct output *output)
{
	struct group global = {};
	netfwv6_result result =
		netfwv6_mgr_enumerate_globally_open_ports(cli->mgr, NULL, &global.ports);
	struct group guarded = { .is_protected = true };
	int code = list_group(global, result, output);

	code = code ?: visit_connections(cli, list_connection, output);
	if (code)
		return code;
	result = netfwv6_mgr_enumerate_protected_ports(cli->mgr, &guarded.ports);
	return list_group(guarded, result, output);
}

/* What is wanted of every device, "all", is not known of a single one. */
static int print_output(const struct output *output, json_t *all)
{
	return output->open ? print_json(json_pack("{s:O, s:O, s:O, s:o*}", "ports", output->open,
						   "ignored", output->ignored, "protected",
						   output->guarded, "all", all)) :
			      EXIT_DONE;
}

static int end_of_all(struct cli *cli, struct output *output)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	netfwv6_result result = netfwv6_mgr_get_status(cli->mgr, &status);

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (!output->open && status.every)
		say_every(cli, &status);
	return print_output(output, output->open ? json_boolean(status.every) : NULL);
}

int run_list(struct cli *cli)
{
	struct output output CLEANUP(free_output) = {};
	int code;

	if (cli->closed_hits)
		return run_closed_hits(cli);
	if (cli->json)
		output = (struct output){ .open = json_array(),
					  .ignored = json_array(),
					  .guarded = json_array() };
	code = cli->connection ? list_connection(cli, cli->connection, &output) :
				 list_all(cli, &output);
	if (code)
		return code;
	if (!output.open && !output.any && cli->device)
		say(cli, "%s has no settings of its own\n", cli->device);
	else if (!output.open && !output.any)
		say(cli, "no port is open\n");
	return cli->device ? print_output(&output, NULL) : end_of_all(cli, &output);
}
