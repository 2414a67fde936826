// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Filters from arbitrary text, and what they match. The input is lines of an option's letter
 * and its value; behind a NUL come the bytes that an event is made of. What a filter says is
 * compared with a second way to say it.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "fuzz.h"

static const struct netfwv6_counter known[] = {
	{ .reason = "open-global", .sentence = "to a globally open port" },
	{ .reason = "closed-tcp", .sentence = "TCP to a closed port", .dropped = true },
	{ .reason = "closed-udp", .sentence = "UDP to a closed port", .dropped = true },
};

/* Without a file that is read each time. */
int getservbyname_r(const char *name, const char *protocol, struct servent *room, char *buffer,
		    size_t size, struct servent **found)
{
	(void)buffer;
	(void)size;
	room->s_port = htons(strlen(protocol) + 440);
	*found = strcmp(name, "https") == 0 ? room : NULL;
	return 0;
}

/* ---- The second way --------------------------------------------------------------- */

static bool bit(const uint8_t *address, unsigned int i)
{
	return address[i / 8] >> (7 - i % 8) & 1;
}

static bool is_within(const struct netfwv6_event *event, const struct prefix *prefix)
{
	for (unsigned int i = 0; i < prefix->length; i++)
		if (bit(event->source, i) != bit(prefix->address, i))
			return false;
	return event->has_addresses;
}

static bool is_between(uint32_t port, const struct netfwv6_port_range *range)
{
	return port - range->first < range->last - range->first + 1;
}

static bool is_for(const struct netfwv6_event *event, const struct netfwv6_port_range *range)
{
	bool drop = event->kind == NETFWV6_EVENT_DROP;

	return event->has_ports && event->protocol == range->protocol &&
	       (is_between(event->destination_port, range) ||
		(!drop && is_between(event->source_port, range)));
}

static bool should_match(const struct filter *filter, const struct netfwv6_event *event)
{
	size_t devices = 0, ports = 0, protocols = 0, reasons = 0, sources = 0;

	for (size_t i = 0; i < filter->n_devices; i++)
		devices += *event->device && strcmp(filter->devices[i].name, event->device) == 0;
	for (size_t i = 0; i < filter->ports.count; i++)
		ports += is_for(event, &filter->ports.ranges[i]);
	for (size_t i = 0; i < filter->n_protocols; i++)
		protocols += event->has_ports && filter->protocols[i] == event->protocol;
	for (size_t i = 0; i < filter->n_reasons; i++)
		reasons += event->reason && strcmp(filter->reasons[i], event->reason) == 0;
	for (size_t i = 0; i < filter->n_sources; i++)
		sources += is_within(event, &filter->sources[i]);
	return (devices || !filter->n_devices) && (ports || !filter->ports.count) &&
	       (protocols || !filter->n_protocols) && (reasons || !filter->n_reasons) &&
	       (sources || !filter->n_sources);
}

/* ---- Inputs --------------------------------------------------------------------- */

/* What was taken is in range, and means the same when it is written out and read again. */
static void check_prefix(const struct prefix *prefix)
{
	char text[INET6_ADDRSTRLEN + 4];
	struct prefix again;

	require(prefix->length <= 128);
	require(inet_ntop(AF_INET6, prefix->address, text, INET6_ADDRSTRLEN));
	sprintf(text + strlen(text), "/%u", prefix->length);
	require(take_prefix(text, &again) == -1);
	require(again.length == prefix->length);
	require(memcmp(again.address, prefix->address, sizeof(again.address)) == 0);
}

static void check_filter(const struct filter *filter)
{
	for (size_t i = 0; i < filter->ports.count; i++) {
		const struct netfwv6_port_range *range = &filter->ports.ranges[i];

		require(range->first >= 1 && range->first <= range->last && range->last <= 65535);
		require(range->protocol == NETFWV6_PROTOCOL_TCP ||
			range->protocol == NETFWV6_PROTOCOL_UDP);
	}
	for (size_t i = 0; i < filter->n_reasons; i++)
		require(filter->reasons[i] != known[0].reason);
	for (size_t i = 0; i < filter->n_sources; i++)
		check_prefix(&filter->sources[i]);
}

static size_t parts(const struct filter *filter)
{
	return filter->n_devices + filter->ports.count + filter->n_protocols + filter->n_reasons +
	       filter->n_sources;
}

/* Each line is taken, or complained of once and without effect. */
static void take_line(struct filter *filter, const char *line)
{
	size_t before = parts(filter), said = fuzz_complaints;
	int code = filter_add(filter, *line, line + 1);

	if (code < 0) {
		require(parts(filter) > before && fuzz_complaints == said);
		fuzz_accepted = true;
	} else {
		require(parts(filter) == before);
		require(code == EXIT_USAGE ? fuzz_complaints == said + 1 : code == EXIT_OTHER);
	}
}

/* Most events are to meet the filter's values, so those are what they are made of. */
static void make_event(struct netfwv6_event *event, const uint8_t *data, size_t size)
{
	uint8_t bytes[64] = {};

	memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
	event->kind = bytes[0] % 4 + 1;
	event->has_addresses = bytes[1] & 1;
	event->has_ports = bytes[1] & 2;
	event->protocol = bytes[1] & 4 ? NETFWV6_PROTOCOL_TCP : NETFWV6_PROTOCOL_UDP;
	event->reason = event->kind == NETFWV6_EVENT_DROP ? known[bytes[2] % 3].reason : NULL;
	event->source_port = bytes[3] << 8 | bytes[4];
	event->destination_port = bytes[5] << 8 | bytes[6];
	memcpy(event->source, bytes + 7, sizeof(event->source));
	memcpy(event->device, bytes + 23, sizeof(event->device) - 1);
}

static void match_all(const struct filter *filter, struct netfwv6_event event)
{
	require(filter_matches(filter, &event) == should_match(filter, &event));
	for (size_t i = 0; i < filter->n_sources; i++) {
		memcpy(event.source, filter->sources[i].address, sizeof(event.source));
		require(filter_matches(filter, &event) == should_match(filter, &event));
	}
	for (size_t i = 0; i < filter->ports.count; i++) {
		event.destination_port = filter->ports.ranges[i].last;
		require(filter_matches(filter, &event) == should_match(filter, &event));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter filter = { .known = known, .n_known = sizeof(known) / sizeof(*known) };
	struct netfwv6_event event = { .sz = sizeof(event) };
	char *text = strndup((const char *)data, size), *rest = text, *line;
	size_t length = strlen(text);

	fuzz_begin();
	while ((line = strsep(&rest, "\n")) && filter.ports.count < 64)
		if (*line)
			take_line(&filter, line);
	check_filter(&filter);
	if (length < size)
		make_event(&event, data + length + 1, size - length - 1);
	match_all(&filter, event);
	filter_clear(&filter);
	require(parts(&filter) == 0);
	free(text);
	return 0;
}
