// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event_text.h"

#include <arpa/inet.h>

#include "event_words.h"
#include "port_operand.h"
#include "printable.h"
#include "related.h"

static void put_end(struct bytes *out, const struct netfwv6_event *event, const uint8_t *address,
		    uint32_t port)
{
	char text[INET6_ADDRSTRLEN];

	if (!event->has_addresses) {
		bytes_print(out, event->has_ports ? "[?]:%u" : "-", port);
		return;
	}
	inet_ntop(AF_INET6, address, text, sizeof(text));
	if (event->has_ports)
		bytes_print(out, "[%s]:%u", text, port);
	else
		bytes_print(out, "%s", text);
}

static void put_flags(struct bytes *out, const struct netfwv6_event *event)
{
	const char *separator = "";

	if (!is_tcp(event) || event->kind != NETFWV6_EVENT_DROP) {
		bytes_print(out, "-");
		return;
	}
	if (!(event->tcp_flags & 0xff))
		bytes_print(out, "none");
	for (unsigned int i = 0; i < TCP_FLAGS; i++) {
		if (event->tcp_flags & 1u << i) {
			bytes_print(out, "%s%s", separator, tcp_flag_names[i]);
			separator = ",";
		}
	}
}

static void put_words(struct bytes *out, const struct netfwv6_event *event)
{
	const char *hint = related_to_event(event);

	switch (event->kind) {
	case NETFWV6_EVENT_DROP:
		bytes_print(out, "%s: %s", event->reason ?: "-", event->sentence ?: "-");
		break;
	case NETFWV6_EVENT_OPEN:
		bytes_print(out, "- outbound connection opened");
		break;
	case NETFWV6_EVENT_OPEN_INBOUND:
		bytes_print(out, "- inbound connection opened");
		break;
	case NETFWV6_EVENT_CLOSE:
		bytes_print(out, "- connection closed");
		break;
	}
	if (event_rule(event))
		bytes_print(out, " (rule %u: no port opened, no conversation)", event_rule(event));
	if (hint)
		bytes_print(out, "; %s", hint);
}

void put_event_text(struct bytes *out, const struct netfwv6_event *event)
{
	char time[EVENT_TIME_SIZE], device[PRINTABLE_SIZE];

	make_printable(event->device, device);
	bytes_print(out, "%s %s %s %s ", format_local(event->time_ns, time), action_word(event),
		    *device ? device : "-",
		    event->has_ports ? protocol_name(event->protocol) : "-");
	put_end(out, event, event->source, event->source_port);
	bytes_print(out, " > ");
	put_end(out, event, event->destination, event->destination_port);
	bytes_print(out, " ");
	put_flags(out, event);
	if (event->kind == NETFWV6_EVENT_DROP)
		bytes_print(out, " %u ", event->length);
	else
		bytes_print(out, " - ");
	put_words(out, event);
	bytes_print(out, "\n");
}
