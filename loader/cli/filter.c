// SPDX-License-Identifier: LGPL-2.1-or-later
#include "filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends one element to an array of n, whose pointer is at place. */
static int filter_append(void *place, size_t *n, const void *element, size_t size)
{
	char *elements;

	memcpy(&elements, place, sizeof(elements));
	elements = reallocarray(elements, *n + 1, size);
	if (!elements) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	memcpy(place, &elements, sizeof(elements));
	memcpy(elements + *n * size, element, size);
	++*n;
	return GO_ON;
}

/* ---- What the options say ------------------------------------------------------ */

static int add_device(struct filter *filter, const char *name)
{
	struct filter_device device = {};

	snprintf(device.name, sizeof(device.name), "%s", name);
	return filter_append(&filter->devices, &filter->n_devices, &device, sizeof(device));
}

static int add_protocol(struct filter *filter, const char *name)
{
	static const uint32_t protocols[] = { NETFWV6_PROTOCOL_TCP, NETFWV6_PROTOCOL_UDP };

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (strcmp(name, protocol_name(protocols[i])) == 0)
			return filter_append(&filter->protocols, &filter->n_protocols,
					     &protocols[i], sizeof(protocols[i]));
	complain("--proto '%s' is neither tcp nor udp", name);
	return EXIT_USAGE;
}

/* Lists the keywords that a packet can be dropped for. */
static void list_reasons(const struct filter *filter, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < filter->n_known && used < size; i++)
		if (filter->known[i].dropped)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
						 filter->known[i].reason);
}

static int add_reason(struct filter *filter, const char *keyword)
{
	char reasons[1024] = "";
	bool passes = false;

	for (size_t i = 0; i < filter->n_known; i++) {
		if (strcmp(keyword, filter->known[i].reason) != 0)
			continue;
		if (filter->known[i].dropped)
			return filter_append(&filter->reasons, &filter->n_reasons,
					     &filter->known[i].reason, sizeof(*filter->reasons));
		passes = true;
	}
	list_reasons(filter, reasons, sizeof(reasons));
	complain("--reason '%s' is no reason to drop%s: write one of %s", keyword,
		 passes ? ", such packets pass" : "", reasons);
	return EXIT_USAGE;
}

static int add_source(struct filter *filter, const char *text)
{
	struct prefix prefix;
	int code = take_prefix(text, &prefix);

	return code != GO_ON ?
		       code :
		       filter_append(&filter->sources, &filter->n_sources, &prefix, sizeof(prefix));
}

int filter_add(struct filter *filter, enum filter_option option, const char *value)
{
	switch (option) {
	case FILTER_DEVICE:
		return add_device(filter, value);
	case FILTER_PORT:
		return take_port(value, &filter->ports);
	case FILTER_PROTOCOL:
		return add_protocol(filter, value);
	case FILTER_REASON:
		return add_reason(filter, value);
	case FILTER_SOURCE:
		return add_source(filter, value);
	}
	return EXIT_OTHER;
}

void filter_clear(struct filter *filter)
{
	free(filter->devices);
	free(filter->ports.ranges);
	free(filter->protocols);
	free(filter->reasons);
	free(filter->sources);
	*filter = (struct filter){ .known = filter->known, .n_known = filter->n_known };
}

/* ---- What events match --------------------------------------------------------- */

static bool device_matches(const struct filter *filter, const struct netfwv6_event *event)
{
	for (size_t i = 0; i < filter->n_devices; i++) {
		const struct filter_device *device = &filter->devices[i];

		if (*event->device ? strcmp(event->device, device->name) == 0 :
				     event->ifindex && event->ifindex == device->ifindex)
			return true;
	}
	return !filter->n_devices;
}

static bool is_in(const struct netfwv6_port_range *range, uint32_t port)
{
	return port >= range->first && port <= range->last;
}

/* A packet matches by the port that it was for, a connection by that of either end. */
static bool port_matches(const struct filter *filter, const struct netfwv6_event *event)
{
	for (size_t i = 0; i < filter->ports.count; i++) {
		const struct netfwv6_port_range *range = &filter->ports.ranges[i];

		if (!event->has_ports || range->protocol != event->protocol)
			continue;
		if (is_in(range, event->destination_port) ||
		    (event->kind != NETFWV6_EVENT_DROP && is_in(range, event->source_port)))
			return true;
	}
	return !filter->ports.count;
}

static bool protocol_matches(const struct filter *filter, const struct netfwv6_event *event)
{
	for (size_t i = 0; i < filter->n_protocols; i++)
		if (event->has_ports && event->protocol == filter->protocols[i])
			return true;
	return !filter->n_protocols;
}

static bool reason_matches(const struct filter *filter, const struct netfwv6_event *event)
{
	for (size_t i = 0; i < filter->n_reasons; i++)
		if (event->reason && strcmp(event->reason, filter->reasons[i]) == 0)
			return true;
	return !filter->n_reasons;
}

static bool is_within(const uint8_t *address, const struct prefix *prefix)
{
	unsigned int whole = prefix->length / 8, rest = prefix->length % 8;

	return memcmp(address, prefix->address, whole) == 0 &&
	       (!rest || (address[whole] ^ prefix->address[whole]) >> (8 - rest) == 0);
}

static bool source_matches(const struct filter *filter, const struct netfwv6_event *event)
{
	for (size_t i = 0; i < filter->n_sources; i++)
		if (event->has_addresses && is_within(event->source, &filter->sources[i]))
			return true;
	return !filter->n_sources;
}

bool filter_matches(const struct filter *filter, const struct netfwv6_event *event)
{
	return device_matches(filter, event) && port_matches(filter, event) &&
	       protocol_matches(filter, event) && reason_matches(filter, event) &&
	       source_matches(filter, event);
}
