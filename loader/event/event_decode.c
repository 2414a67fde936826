// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event/event_decode.h"

#include <arpa/inet.h>
#include <string.h>

#include "events.h"
#include "util/error.h"
#include "util/reason_names.h"

#define SAME(name) _Static_assert((int)NETFWV6_EVENT_##name == (int)EVENT_##name, #name)
SAME(DROP);
SAME(OPEN);
SAME(OPEN_INBOUND);
SAME(CLOSE);
_Static_assert(NETFWV6_SNAPLEN_MAX == EVENT_SNAPLEN_MAX, "as much is kept as can be asked for");

static netfwv6_result check(const struct event *raw, size_t size)
{
	const struct reason_name *reason = reason_name(raw->reason);

	if (raw->kind < EVENT_DROP || raw->kind > EVENT_CLOSE)
		return fail(NETFWV6_E_UNEXPECTED, "an event is of the unknown kind %u", raw->kind);
	if (raw->kind == EVENT_DROP && (!reason || !reason->dropped))
		return fail(NETFWV6_E_UNEXPECTED, "a packet was dropped for the unknown reason %u",
			    raw->reason);
	if (raw->captured > size - sizeof(*raw) || raw->captured > raw->length)
		return fail(NETFWV6_E_UNEXPECTED,
			    "an event of %zu bytes says that it holds %u of a frame of %u", size,
			    raw->captured, raw->length);
	return NETFWV6_S_OK;
}

static void take_ports(const struct event *raw, struct netfwv6_event *event)
{
	event->has_ports = true;
	event->protocol = raw->protocol;
	event->source_port = ntohs(raw->source_port);
	event->destination_port = ntohs(raw->destination_port);
	if (raw->protocol != NETFWV6_PROTOCOL_TCP)
		return;
	event->tcp_flags = raw->tcp_flags;
	event->tcp_window = ntohs(raw->tcp_window);
	event->tcp_sequence = ntohl(raw->tcp_sequence);
	event->tcp_acknowledgement = ntohl(raw->tcp_acknowledgement);
}

static void take_record(const struct event *raw, struct netfwv6_event *event)
{
	if (raw->kind == EVENT_DROP) {
		event->reason = reason_name(raw->reason)->keyword;
		event->sentence = reason_name(raw->reason)->sentence;
	}
	event->raw_ip = raw->known & EVENT_RAW_IP;
	if (raw->known & EVENT_HAS_ADDRESSES) {
		event->has_addresses = true;
		memcpy(event->source, &raw->source, sizeof(event->source));
		memcpy(event->destination, &raw->destination, sizeof(event->destination));
	}
	if (raw->known & EVENT_HAS_PORTS)
		take_ports(raw, event);
}

netfwv6_result event_decode(const void *record, size_t size, int64_t offset,
			    struct netfwv6_event *event)
{
	struct event raw = {};

	memcpy(&raw, record, size < sizeof(raw) ? size : sizeof(raw));
	if (size < sizeof(raw.version) || raw.version != EVENT_VERSION)
		return fail(NETFWV6_E_UNEXPECTED,
			    "an event is of version %u, this library knows version %u: stop what "
			    "reads events, and enable the devices with the newer netfwv6",
			    raw.version, EVENT_VERSION);
	if (size < sizeof(raw))
		return fail(NETFWV6_E_UNEXPECTED, "an event has %zu bytes, not %zu", size,
			    sizeof(raw));
	TRY(check(&raw, size));
	*event = (struct netfwv6_event){
		.sz = event->sz,
		.kind = raw.kind,
		.time_ns = (int64_t)(raw.time + (uint64_t)offset),
		.ifindex = raw.ifindex,
		.length = raw.length,
		.captured = raw.captured,
		.data = raw.captured ? (const uint8_t *)record + sizeof(raw) : NULL,
	};
	take_record(&raw, event);
	return NETFWV6_S_OK;
}
