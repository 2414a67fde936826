// SPDX-License-Identifier: LGPL-2.1-or-later
/* explain goes through the rules for a port of a device, and says which one decides. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "port_operand.h"
#include "printable.h"
#include "related.h"

/* What holds for one port, by the settings in force. */
struct answer {
	struct netfwv6_port_range port;
	bool open_here, open_globally, ignored;
	char name[NETFWV6_NAME_MAX + 1], global_name[NETFWV6_NAME_MAX + 1];
	char ignored_name[NETFWV6_NAME_MAX + 1];
	uint32_t rule;
};

/* Whose settings, and whether anything is filtered at all. */
struct place {
	char device[PRINTABLE_SIZE], settings_of[PRINTABLE_SIZE];
	bool firewalled, passes_forwarded;
	struct netfwv6_connection *settings;
};

/* The name of the one port that was asked for, if it is there. */
static void take_port_name(struct netfwv6_port_enum *ports, char *name)
{
	struct netfwv6_port port;

	if (netfwv6_port_enum_next(ports, 1, sizeof(port), &port, NULL) == NETFWV6_S_OK)
		memcpy(name, port.name, sizeof(port.name));
	netfwv6_port_enum_free(ports);
}

static netfwv6_result ask_names(struct cli *cli, const struct place *place, struct answer *answer)
{
	const struct netfwv6_port_range *port = &answer->port;
	struct netfwv6_port_enum *ports;

	TRY(netfwv6_mgr_enumerate_globally_open_ports(cli->mgr, port, &ports));
	take_port_name(ports, answer->global_name);
	TRY(netfwv6_connection_enumerate_open_ports(place->settings, port, &ports));
	take_port_name(ports, answer->name);
	TRY(netfwv6_connection_enumerate_ignored_global_ports(place->settings, port, &ports));
	take_port_name(ports, answer->ignored_name);
	return NETFWV6_S_OK;
}

static netfwv6_result ask_settings(struct cli *cli, const struct place *place,
				   struct answer *answer)
{
	uint32_t port = answer->port.first, protocol = answer->port.protocol;

	TRY(netfwv6_connection_is_port_open(place->settings, port, protocol, &answer->open_here));
	TRY(netfwv6_mgr_is_port_globally_open(cli->mgr, port, protocol, &answer->open_globally));
	TRY(netfwv6_connection_is_global_port_ignored(place->settings, port, protocol,
						      &answer->ignored));
	TRY(netfwv6_connection_get_effective(cli->connection, port, protocol, &answer->rule));
	return ask_names(cli, place, answer);
}

static json_t *answer_json(const struct answer *answer)
{
	return json_pack("{s:s, s:i, s:b, s:s, s:b, s:s, s:b, s:s, s:i, s:b, s:s?}", "protocol",
			 protocol_name(answer->port.protocol), "port", (int)answer->port.first,
			 "open_here", answer->open_here, "name", answer->name, "open_globally",
			 answer->open_globally, "global_name", answer->global_name, "ignored",
			 answer->ignored, "ignored_name", answer->ignored_name, "rule",
			 (int)answer->rule, "open", answer->rule < NETFWV6_RULE_CLOSED, "hint",
			 related_to_port(answer->port.first, answer->port.protocol));
}

static void print_rule(int number, const char *question, const char *fact, const char *name,
		       bool decides)
{
	printf("  rule %d  %-32s %s%s%s%s%s\n", number, question, fact, *name ? ", \"" : "", name,
	       *name ? "\"" : "", decides ? "  <- decides" : "");
}

static void print_rules(const struct place *place, const struct answer *answer)
{
	char text[PORT_TEXT_SIZE], question[sizeof("open on ") + PRINTABLE_SIZE];

	printf("%s on %s: %s\n", format_range(&answer->port, text), place->device,
	       answer->rule < NETFWV6_RULE_CLOSED ? "open" : "closed");
	snprintf(question, sizeof(question), "open on %s", place->settings_of);
	print_rule(1, question, answer->open_here ? "yes" : "no", answer->name,
		   answer->rule == NETFWV6_RULE_OPEN_HERE);
	snprintf(question, sizeof(question), "open globally, not ignored");
	print_rule(2, question,
		   !answer->open_globally ? "not open" :
		   answer->ignored	  ? "ignored" :
					    "yes",
		   *answer->ignored_name ? answer->ignored_name : answer->global_name,
		   answer->rule == NETFWV6_RULE_OPEN_GLOBAL);
	if (answer->rule < NETFWV6_RULE_CLOSED)
		return;
	print_rule(3, "of a conversation that exists", "passes", "", false);
	if (place->passes_forwarded)
		print_rule(4, "else, not for this host", "passes", "", false);
	print_rule(4, "else", "dropped", "", true);
}

static void print_answer(const struct place *place, const struct answer *answer)
{
	const char *hint = related_to_port(answer->port.first, answer->port.protocol);

	print_rules(place, answer);
	if (hint)
		printf("  note: %s\n", hint);
}

static void print_place(const struct place *place)
{
	if (!place->firewalled)
		printf("%s is not firewalled: everything passes; once it is enabled:\n",
		       place->device);
	else if (strcmp(place->device, place->settings_of) != 0)
		printf("%s goes by the settings of %s, as which it was enabled\n", place->device,
		       place->settings_of);
}

static int explain_all(struct cli *cli, const struct place *place, const struct port_ranges *ports)
{
	json_auto_t *array = cli->json ? json_array() : NULL;

	if (!cli->json)
		print_place(place);
	for (size_t i = 0; i < ports->count; i++) {
		struct answer answer = { .port = ports->ranges[i] };
		netfwv6_result result = ask_settings(cli, place, &answer);

		if (NETFWV6_FAILED(result))
			return complain_of(result);
		if (!cli->json)
			print_answer(place, &answer);
		else if (!add_json(array, answer_json(&answer)))
			return EXIT_OTHER;
	}
	if (!cli->json)
		return EXIT_DONE;
	return print_json(json_pack("{s:s, s:b, s:b, s:s, s:O}", "device", place->device,
				    "firewalled", place->firewalled, "passes_forwarded",
				    place->passes_forwarded, "settings_of", place->settings_of,
				    "ports", array));
}

static int refuse_ranges(const struct port_ranges *ports)
{
	char text[PORT_TEXT_SIZE];

	for (size_t i = 0; i < ports->count; i++)
		if (ports->ranges[i].first != ports->ranges[i].last) {
			complain("'%s': one port at a time is explained, not a range; 'netfwv6 "
				 "check' takes ranges",
				 format_range(&ports->ranges[i], text));
			return EXIT_USAGE;
		}
	return GO_ON;
}

/* The settings in force are those of the name under which the device was enabled. */
static int explain(struct cli *cli, const struct port_ranges *ports)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct place place = {};
	struct netfwv6_connection *other CLEANUP(free_connection_at) = NULL;
	netfwv6_result result = netfwv6_connection_get_status(cli->connection, &status);

	if (NETFWV6_SUCCEEDED(result) && *status.settings_of)
		result = netfwv6_mgr_get_connection(cli->mgr, status.settings_of, &other);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	make_printable(netfwv6_connection_id(cli->connection), place.device);
	make_printable(netfwv6_connection_id(other ?: cli->connection), place.settings_of);
	place.firewalled = status.firewalled;
	place.passes_forwarded = status.forward == NETFWV6_FORWARD_PASS;
	place.settings = other ?: cli->connection;
	return explain_all(cli, &place, ports);
}

int run_explain(struct cli *cli)
{
	struct port_ranges ports CLEANUP(free_port_ranges) = {};
	int code = take_port_operands(cli, &ports);

	if (code == GO_ON)
		code = refuse_ranges(&ports);
	return code == GO_ON ? explain(cli, &ports) : code;
}
