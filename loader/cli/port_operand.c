// SPDX-License-Identifier: LGPL-2.1-or-later
#include "port_operand.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	uint32_t number;
} protocols[] = { { "tcp", NETFWV6_PROTOCOL_TCP }, { "udp", NETFWV6_PROTOCOL_UDP } };
#define PROTOCOLS (sizeof(protocols) / sizeof(*protocols))

const char *protocol_name(uint32_t protocol)
{
	return protocol == NETFWV6_PROTOCOL_TCP ? "tcp" : "udp";
}

const char *format_range(const struct netfwv6_port_range *range, char *text)
{
	int used = snprintf(text, PORT_TEXT_SIZE, "%u", range->first);

	if (range->last != range->first)
		used += snprintf(text + used, PORT_TEXT_SIZE - used, "-%u", range->last);
	snprintf(text + used, PORT_TEXT_SIZE - used, "/%s", protocol_name(range->protocol));
	return text;
}

/* What an operand says: numbers or a service, and a protocol unless it means both. */
struct operand {
	const char *text;
	char port[64];
	const char *protocol; /* NULL: both */
};

static int split_operand(const char *text, struct operand *operand)
{
	size_t length = strcspn(text, "/");

	if (length == 0 || length >= sizeof(operand->port)) {
		complain("'%s' names no port: write 443/tcp, 443, 8000-8100/udp or https/tcp",
			 text);
		return EXIT_USAGE;
	}
	operand->text = text;
	memcpy(operand->port, text, length);
	operand->port[length] = '\0';
	operand->protocol = text[length] ? text + length + 1 : NULL;
	for (size_t i = 0; operand->protocol && i < PROTOCOLS; i++)
		if (strcmp(operand->protocol, protocols[i].name) == 0)
			return GO_ON;
	if (!operand->protocol)
		return GO_ON;
	complain("'%s': protocol '%s' is neither tcp nor udp", text, operand->protocol);
	return EXIT_USAGE;
}

/* Takes a decimal number at *text, which moves behind it. UINT32_MAX stands for all above. */
static bool take_number(const char **text, uint32_t *number)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	value = strtoull(*text, &end, 10);
	*number = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
	*text = end;
	return true;
}

static bool take_numbers(const char *text, struct netfwv6_port_range *range)
{
	if (!take_number(&text, &range->first))
		return false;
	range->last = range->first;
	if (*text == '-') {
		text++;
		if (!take_number(&text, &range->last))
			return false;
	}
	return *text == '\0';
}

static int check_numbers(const struct operand *operand, const struct netfwv6_port_range *range)
{
	bool low = range->first < NETFWV6_PORT_MIN || range->last < NETFWV6_PORT_MIN;

	if (low || range->first > NETFWV6_PORT_MAX || range->last > NETFWV6_PORT_MAX) {
		complain("'%s': ports go from %u to %u", operand->text, NETFWV6_PORT_MIN,
			 NETFWV6_PORT_MAX);
		return EXIT_USAGE;
	}
	if (range->first > range->last) {
		complain("'%s': the range starts above its end: write %u-%u%s%s", operand->text,
			 range->last, range->first, operand->protocol ? "/" : "",
			 operand->protocol ?: "");
		return EXIT_USAGE;
	}
	return GO_ON;
}

static bool add_range(struct port_ranges *ranges, const struct netfwv6_port_range *range)
{
	struct netfwv6_port_range *grown =
		reallocarray(ranges->ranges, ranges->count + 1, sizeof(*ranges->ranges));

	if (!grown)
		return false;
	ranges->ranges = grown;
	ranges->ranges[ranges->count++] = *range;
	return true;
}

/* Finds the port of a service in one protocol, as /etc/services has it. */
static bool find_service(const char *name, const char *protocol, struct netfwv6_port_range *range)
{
	const struct servent *service = getservbyname(name, protocol);

	if (!service)
		return false;
	range->first = range->last = ntohs((uint16_t)service->s_port);
	return true;
}

int take_port(const char *text, struct port_ranges *ranges)
{
	struct netfwv6_port_range range = {};
	struct operand operand;
	size_t before = ranges->count;
	bool numeric;
	int code = split_operand(text, &operand);

	if (code != GO_ON)
		return code;
	numeric = take_numbers(operand.port, &range);
	if (numeric) {
		code = check_numbers(&operand, &range);
		if (code != GO_ON)
			return code;
	}
	for (size_t i = 0; i < PROTOCOLS; i++) {
		if (operand.protocol && strcmp(operand.protocol, protocols[i].name) != 0)
			continue;
		range.protocol = protocols[i].number;
		if (!numeric && !find_service(operand.port, protocols[i].name, &range))
			continue;
		if (!add_range(ranges, &range)) {
			complain("out of memory");
			return EXIT_OTHER;
		}
	}
	if (ranges->count > before)
		return GO_ON;
	complain("'%s' is neither a port nor a service%s%s in /etc/services: write 443/tcp, 443, "
		 "8000-8100/udp or https/tcp",
		 text, operand.protocol ? " of " : "", operand.protocol ?: "");
	return EXIT_USAGE;
}

int take_port_operands(const struct cli *cli, struct port_ranges *ranges)
{
	int code = GO_ON;

	for (int i = 0; code == GO_ON && i < cli->n_operands; i++)
		code = take_port(cli->operands[i], ranges);
	return code;
}
