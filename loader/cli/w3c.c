// SPDX-License-Identifier: LGPL-2.1-or-later
#include "w3c.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>

#include "clock.h"

/* What an action is called, and on which way its packet is. */
static const struct {
	const char *action, *path;
} kinds[] = {
	[NETFWV6_EVENT_DROP] = { "DROP", "RECEIVE" },
	[NETFWV6_EVENT_OPEN] = { "OPEN", "SEND" },
	[NETFWV6_EVENT_OPEN_INBOUND] = { "OPEN-INBOUND", "RECEIVE" },
	[NETFWV6_EVENT_CLOSE] = { "CLOSE", "-" },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

/* The columns are text. All but the first begin as "-". */
struct columns {
	char when[32];
	const char *action, *protocol;
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	char source_port[12], destination_port[12], size[12];
	char flags[12], sequence[12], acknowledgement[12], window[12];
	char info[40];
	const char *path;
};

static void start(struct columns *columns, int64_t time_ns)
{
	const time_t seconds = time_ns / NANOSECONDS;
	struct tm local;

	*columns = (struct columns){ .when = "- -",
				     .action = "-",
				     .protocol = "-",
				     .source = "-",
				     .destination = "-",
				     .source_port = "-",
				     .destination_port = "-",
				     .size = "-",
				     .flags = "-",
				     .sequence = "-",
				     .acknowledgement = "-",
				     .window = "-",
				     .info = "-",
				     .path = "-" };
	if (localtime_r(&seconds, &local))
		strftime(columns->when, sizeof(columns->when), "%Y-%m-%d %H:%M:%S", &local);
}

static size_t finish(const struct columns *c, char *line)
{
	return (size_t)snprintf(line, W3C_LINE_SIZE,
				"%s %s %s %s %s %s %s %s %s %s %s %s - - %s %s\n", c->when,
				c->action, c->protocol, c->source, c->destination, c->source_port,
				c->destination_port, c->size, c->flags, c->sequence,
				c->acknowledgement, c->window, c->info, c->path);
}

/* Windows has these letters, in this order, and none for ECE and CWR. */
static void format_flags(uint32_t flags, char *text)
{
	static const struct {
		uint32_t bit;
		char letter;
	} letters[] = { { 0x10, 'A' }, { 0x01, 'F' }, { 0x08, 'P' },
			{ 0x04, 'R' }, { 0x02, 'S' }, { 0x20, 'U' } };
	char *end = text;

	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++)
		if (flags & letters[i].bit)
			*end++ = letters[i].letter;
	if (end != text)
		*end = '\0';
}

static void format_number(uint32_t number, char *text)
{
	snprintf(text, 12, "%" PRIu32, number);
}

static void format_drop(const struct netfwv6_event *event, struct columns *columns)
{
	if (event->length)
		format_number(event->length, columns->size);
	if (event->reason)
		snprintf(columns->info, sizeof(columns->info), "%s", event->reason);
	if (!event->has_ports || event->protocol != NETFWV6_PROTOCOL_TCP)
		return;
	format_flags(event->tcp_flags, columns->flags);
	format_number(event->tcp_sequence, columns->sequence);
	format_number(event->tcp_acknowledgement, columns->acknowledgement);
	format_number(event->tcp_window, columns->window);
}

size_t w3c_event(const struct netfwv6_event *event, char *line)
{
	struct columns columns;

	start(&columns, event->time_ns);
	if (event->kind < KINDS && kinds[event->kind].action) {
		columns.action = kinds[event->kind].action;
		columns.path = kinds[event->kind].path;
	}
	if (event->has_addresses) {
		inet_ntop(AF_INET6, event->source, columns.source, INET6_ADDRSTRLEN);
		inet_ntop(AF_INET6, event->destination, columns.destination, INET6_ADDRSTRLEN);
	}
	if (event->has_ports) {
		columns.protocol = event->protocol == NETFWV6_PROTOCOL_TCP ? "TCP" : "UDP";
		format_number(event->source_port, columns.source_port);
		format_number(event->destination_port, columns.destination_port);
	}
	if (event->kind == NETFWV6_EVENT_DROP)
		format_drop(event, &columns);
	return finish(&columns, line);
}

size_t w3c_events_lost(int64_t time_ns, uint64_t n, char *line)
{
	struct columns columns;

	start(&columns, time_ns);
	columns.action = "INFO-EVENTS-LOST";
	snprintf(columns.info, sizeof(columns.info), "%" PRIu64, n);
	return finish(&columns, line);
}
