// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text/port_text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"
#include "util/options.h"

static const struct {
	const char *name;
	uint32_t number;
} protocols[] = { { "tcp", NETFWV6_PROTOCOL_TCP }, { "udp", NETFWV6_PROTOCOL_UDP } };
#define PROTOCOLS (sizeof(protocols) / sizeof(*protocols))
_Static_assert(PROTOCOLS == NETFWV6_PORTS_TEXT_RANGES, "a text means a range of each, at most");

const char *port_text_print(const struct netfwv6_port_range *range,
			    char text[NETFWV6_PORTS_TEXT_SIZE])
{
	const char *protocol = range->protocol == NETFWV6_PROTOCOL_TCP ? "tcp" : "udp";

	if (range->last == range->first)
		snprintf(text, NETFWV6_PORTS_TEXT_SIZE, "%u/%s", range->first, protocol);
	else
		snprintf(text, NETFWV6_PORTS_TEXT_SIZE, "%u-%u/%s", range->first, range->last,
			 protocol);
	return text;
}

/* What a text says: numbers or a service, and a protocol unless it means both. */
struct operand {
	const char *text;
	char port[64];
	const char *protocol; /* NULL: both */
};

static netfwv6_result split_operand(const char *text, struct operand *operand)
{
	size_t length = strcspn(text, "/");

	if (length == 0 || length >= sizeof(operand->port))
		return fail(NETFWV6_E_INVALIDARG,
			    "'%s' names no port: write 443/tcp, 443, 8000-8100/udp or https/tcp",
			    text);
	operand->text = text;
	memcpy(operand->port, text, length);
	operand->port[length] = '\0';
	operand->protocol = text[length] ? text + length + 1 : NULL;
	for (size_t i = 0; operand->protocol && i < PROTOCOLS; i++)
		if (strcmp(operand->protocol, protocols[i].name) == 0)
			return NETFWV6_S_OK;
	return operand->protocol ?
		       fail(NETFWV6_E_INVALIDARG, "'%s': protocol '%s' is neither tcp nor udp",
			    text, operand->protocol) :
		       NETFWV6_S_OK;
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

static netfwv6_result check_numbers(const struct operand *operand,
				    const struct netfwv6_port_range *range)
{
	bool low = range->first < NETFWV6_PORT_MIN || range->last < NETFWV6_PORT_MIN;

	if (low || range->first > NETFWV6_PORT_MAX || range->last > NETFWV6_PORT_MAX)
		return fail(NETFWV6_E_INVALIDARG, "'%s': ports go from %u to %u", operand->text,
			    NETFWV6_PORT_MIN, NETFWV6_PORT_MAX);
	if (range->first > range->last)
		return fail(NETFWV6_E_INVALIDARG,
			    "'%s': the range starts above its end: write %u-%u%s%s", operand->text,
			    range->last, range->first, operand->protocol ? "/" : "",
			    operand->protocol ?: "");
	return NETFWV6_S_OK;
}

#define SERVICE_ROOM 4096 /* for an entry of /etc/services with all its aliases */

/* Finds the port of a service in one protocol, as /etc/services has it. */
static bool find_service(const char *name, const char *protocol, struct netfwv6_port_range *range)
{
	struct servent room, *service = NULL;
	char buffer[SERVICE_ROOM];

	if (getservbyname_r(name, protocol, &room, buffer, sizeof(buffer), &service) || !service)
		return false;
	range->first = range->last = ntohs((uint16_t)service->s_port);
	return range->first != 0;
}

netfwv6_result port_text_take(const char *text, struct netfwv6_port_range *ranges, size_t *count)
{
	struct netfwv6_port_range range = {};
	struct operand operand;
	bool numeric;
	size_t n = 0;

	TRY(split_operand(text, &operand));
	numeric = take_numbers(operand.port, &range);
	if (numeric)
		TRY(check_numbers(&operand, &range));
	for (size_t i = 0; i < PROTOCOLS; i++) {
		if (operand.protocol && strcmp(operand.protocol, protocols[i].name) != 0)
			continue;
		range.protocol = protocols[i].number;
		if (numeric || find_service(operand.port, protocols[i].name, &range))
			ranges[n++] = range;
	}
	if (!n)
		return fail(NETFWV6_E_INVALIDARG,
			    "'%s' is neither a port nor a service%s%s in /etc/services: write "
			    "443/tcp, 443, 8000-8100/udp or https/tcp",
			    text, operand.protocol ? " of " : "", operand.protocol ?: "");
	*count = n;
	return NETFWV6_S_OK;
}

/* ---- For everybody --------------------------------------------------------- */

netfwv6_result netfwv6_parse_ports(const char *text, size_t n, size_t size,
				   struct netfwv6_port_range *ranges, size_t *count)
{
	struct netfwv6_port_range found[NETFWV6_PORTS_TEXT_RANGES];
	size_t needed;

	if (!text || !count || (!ranges && n))
		return fail(NETFWV6_E_POINTER, "%s is null", text ? "an out-pointer" : "the text");
	TRY(elements_check_size(size));
	TRY(port_text_take(text, found, &needed));
	TRY(elements_check_room(n, needed));
	elements_give(ranges, size, found, sizeof(*found), needed);
	*count = needed;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_format_ports(const struct netfwv6_port_range *range, size_t size, char *text)
{
	char printed[NETFWV6_PORTS_TEXT_SIZE];

	if (!range || !text)
		return fail(NETFWV6_E_POINTER, "%s is null", range ? "the text" : "the range");
	if (range->first < NETFWV6_PORT_MIN || range->first > range->last ||
	    range->last > NETFWV6_PORT_MAX ||
	    (range->protocol != NETFWV6_PROTOCOL_TCP && range->protocol != NETFWV6_PROTOCOL_UDP))
		return fail(NETFWV6_E_INVALIDARG,
			    "from %u to %u of protocol %u are no ports: they go from 1 to 65535, "
			    "of protocol 6 or 17",
			    range->first, range->last, range->protocol);
	TRY(elements_check_room(size, strlen(port_text_print(range, printed)) + 1));
	memcpy(text, printed, strlen(printed) + 1);
	return NETFWV6_S_OK;
}
