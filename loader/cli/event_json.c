// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event_json.h"

#include <arpa/inet.h>
#include <jansson.h>

#include "event_words.h"
#include "port_operand.h"
#include "printable.h"
#include "related.h"

static int append_json(const char *text, size_t size, void *out)
{
	bytes_put(out, text, size);
	return 0;
}

/* It takes the object over. */
static void put_line(struct bytes *out, json_t *object)
{
	if (!object || json_dump_callback(object, append_json, out, JSON_COMPACT))
		out->failed = true;
	json_decref(object);
	bytes_put(out, "\n", 1);
}

static json_t *address_json(const struct netfwv6_event *event, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];

	if (!event->has_addresses)
		return json_null();
	return json_string(inet_ntop(AF_INET6, address, text, sizeof(text)));
}

static json_t *number_json(bool known, uint32_t number)
{
	return known ? json_integer(number) : json_null();
}

static json_t *flags_json(uint32_t flags)
{
	json_t *names = json_array();

	for (unsigned int i = 0; i < TCP_FLAGS; i++)
		if (flags & 1u << i)
			json_array_append_new(names, json_string(tcp_flag_names[i]));
	return names;
}

static json_t *tcp_json(const struct netfwv6_event *event)
{
	if (!is_tcp(event) || event->kind != NETFWV6_EVENT_DROP)
		return json_null();
	return json_pack("{s:o, s:I, s:I, s:I}", "flags", flags_json(event->tcp_flags), "sequence",
			 (json_int_t)event->tcp_sequence, "acknowledgement",
			 (json_int_t)event->tcp_acknowledgement, "window",
			 (json_int_t)event->tcp_window);
}

void put_event_json(struct bytes *out, const struct netfwv6_event *event)
{
	char time[EVENT_TIME_SIZE], device[PRINTABLE_SIZE];
	bool drop = event->kind == NETFWV6_EVENT_DROP, ports = event->has_ports;

	make_printable(event->device, device);
	put_line(out,
		 json_pack("{s:s, s:s, s:s?, s:o, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:s?, s:s?, "
			   "s:o, s:s?}",
			   "time", format_utc(event->time_ns, time), "action", action_word(event),
			   "device", *device ? device : NULL, "ifindex",
			   number_json(event->ifindex, event->ifindex), "protocol",
			   ports ? protocol_name(event->protocol) : NULL, "source",
			   address_json(event, event->source), "source_port",
			   number_json(ports, event->source_port), "destination",
			   address_json(event, event->destination), "destination_port",
			   number_json(ports, event->destination_port), "tcp", tcp_json(event),
			   "length", number_json(drop, event->length), "reason", event->reason,
			   "sentence", event->sentence, "rule",
			   number_json(event_rule(event), event_rule(event)), "hint",
			   related_to_event(event)));
}

void put_missed_json(struct bytes *out, const struct netfwv6_missed_events *missed)
{
	put_line(out, json_pack("{s:{s:I, s:I}}", "missed", "suppressed",
				(json_int_t)missed->suppressed, "lost", (json_int_t)missed->lost));
}
