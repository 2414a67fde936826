// SPDX-License-Identifier: LGPL-2.1-or-later
/* Events as lines and as objects, letter by letter. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/event_json.h"
#include "cli/event_text.h"
#include "world.h"

#define SECOND 1000000000ll

static struct netfwv6_event drop_of(const char *reason, const char *sentence)
{
	struct netfwv6_event event = {
		.kind = NETFWV6_EVENT_DROP,
		.reason = reason,
		.sentence = sentence,
		.time_ns = 1800000000 * SECOND + 12345678, /* 2027-01-15 08:00:00 UTC */
		.ifindex = 7,
		.device = "eth0",
		.has_addresses = true,
		.has_ports = true,
		.protocol = NETFWV6_PROTOCOL_TCP,
		.source_port = 51000,
		.destination_port = 443,
		.tcp_flags = 2,
		.tcp_sequence = 4294967295,
		.tcp_acknowledgement = 17,
		.tcp_window = 65535,
		.length = 94,
	};

	assert_int_equal(inet_pton(AF_INET6, "2001:db8::2", event.source), 1);
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", event.destination), 1);
	return event;
}

static struct netfwv6_event connection(uint32_t kind)
{
	struct netfwv6_event event = drop_of(NULL, NULL);

	event.kind = kind;
	event.ifindex = event.length = 0;
	event.tcp_flags = event.tcp_sequence = event.tcp_acknowledgement = event.tcp_window = 0;
	memset(event.device, 0, sizeof(event.device));
	return event;
}

/* What is known of it at the very least. */
static struct netfwv6_event bare(void)
{
	struct netfwv6_event event = drop_of("truncated", "it ends");

	event.has_addresses = event.has_ports = false;
	memset(event.device, 0, sizeof(event.device));
	return event;
}

static void is_shown(void (*put)(struct bytes *, const struct netfwv6_event *),
		     struct netfwv6_event event, const char *wanted)
{
	struct bytes out = {};

	put(&out, &event);
	assert_false(out.failed);
	bytes_put(&out, "", 1);
	assert_string_equal((char *)out.data, wanted);
	free(out.data);
}

static void is_text(struct netfwv6_event event, const char *wanted)
{
	is_shown(put_event_text, event, wanted);
}

static void is_json(struct netfwv6_event event, const char *wanted)
{
	is_shown(put_event_json, event, wanted);
}

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

#define RULE " (rule 4: no port opened, no conversation)\n"
#define WHEN "2027-01-15T08:00:00.012345+00:00 "
#define ENDS "[2001:db8::2]:51000 > [2001:db8::1]:443 "

static void a_line_has_everything(void **s)
{
	struct netfwv6_event udp = drop_of("unmatched-udp", "UDP, unmatched");

	(void)s;
	set_zone("UTC");
	udp.protocol = NETFWV6_PROTOCOL_UDP;
	udp.tcp_flags = 0;
	is_text(drop_of("closed-tcp", "TCP to a closed port"),
		WHEN "DROP eth0 tcp " ENDS "SYN 94 closed-tcp: TCP to a closed port" RULE);
	is_text(udp, WHEN "DROP eth0 udp " ENDS "- 94 unmatched-udp: UDP, unmatched" RULE);
	is_text(connection(NETFWV6_EVENT_OPEN),
		WHEN "OPEN - tcp " ENDS "- - - outbound connection opened\n");
	is_text(connection(NETFWV6_EVENT_OPEN_INBOUND),
		WHEN "OPEN-INBOUND - tcp " ENDS "- - - inbound connection opened\n");
	is_text(connection(NETFWV6_EVENT_CLOSE),
		WHEN "CLOSE - tcp " ENDS "- - - connection closed\n");
}

static void what_is_not_known_is_a_dash(void **s)
{
	struct netfwv6_event event = bare();

	(void)s;
	is_text(event, WHEN "DROP - - - > - - 94 truncated: it ends\n");
	event.has_addresses = true;
	is_text(event, WHEN "DROP - - 2001:db8::2 > 2001:db8::1 - 94 truncated: it ends\n");
}

static void flags_have_names(void **s)
{
	static const struct {
		uint32_t flags;
		const char *line;
	} rows[] = {
		{ 0, WHEN "DROP eth0 tcp " ENDS "none 94 x: y\n" },
		{ 1, WHEN "DROP eth0 tcp " ENDS "FIN 94 x: y\n" },
		{ 0x12, WHEN "DROP eth0 tcp " ENDS "SYN,ACK 94 x: y\n" },
		{ 0x14, WHEN "DROP eth0 tcp " ENDS "RST,ACK 94 x: y\n" },
		{ 0xe8, WHEN "DROP eth0 tcp " ENDS "PSH,URG,ECE,CWR 94 x: y\n" },
	};
	struct netfwv6_event event = drop_of("x", "y");

	(void)s;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		event.tcp_flags = rows[i].flags;
		is_text(event, rows[i].line);
	}
}

static void text_is_in_local_time_and_json_in_utc(void **s)
{
	static const struct {
		const char *zone, *local;
	} rows[] = {
		{ "CET-1", "2027-01-15T09:00:00.012345+01:00 " },
		{ "NST3:30", "2027-01-15T04:30:00.012345-03:30 " },
		{ "XXX12", "2027-01-14T20:00:00.012345-12:00 " },
	};
	struct bytes out = {};
	struct netfwv6_event event = drop_of("x", "y");

	(void)s;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		set_zone(rows[i].zone);
		out.used = 0;
		put_event_text(&out, &event);
		assert_memory_equal(out.data, rows[i].local, strlen(rows[i].local));
		out.used = 0;
		put_event_json(&out, &event);
		assert_memory_equal(out.data, "{\"time\":\"2027-01-15T08:00:00.012345678Z\"", 40);
	}
	set_zone("UTC");
	free(out.data);
}

static void a_name_cannot_reach_the_terminal(void **s)
{
	struct netfwv6_event event = drop_of("x", "y");

	(void)s;
	memcpy(event.device, "\33[2J\177\r\"\\\303\244", 11);
	is_text(event, WHEN "DROP \\x1b[2J\\x7f\\x0d\"\\\303\244 tcp " ENDS "SYN 94 x: y\n");
	memcpy(event.device, "\302\233m\377\303", 6);
	is_text(event, WHEN "DROP \\xc2\\x9bm\\xff\\xc3 tcp " ENDS "SYN 94 x: y\n");
}

#define JSON_WHEN "{\"time\":\"2027-01-15T08:00:00.012345678Z\","
#define JSON_ENDS                                                                                  \
	"\"protocol\":\"tcp\",\"source\":\"2001:db8::2\",\"source_port\":51000,"                   \
	"\"destination\":\"2001:db8::1\",\"destination_port\":443,"

static void an_object_has_every_field(void **s)
{
	(void)s;
	is_json(drop_of("closed-tcp", "TCP to a closed port"),
		JSON_WHEN "\"action\":\"DROP\",\"device\":\"eth0\",\"ifindex\":7," JSON_ENDS
			  "\"tcp\":{\"flags\":[\"SYN\"],\"sequence\":4294967295,"
			  "\"acknowledgement\":17,\"window\":65535},\"length\":94,"
			  "\"reason\":\"closed-tcp\",\"sentence\":\"TCP to a closed port\","
			  "\"rule\":4,\"hint\":null}\n");
	is_json(connection(NETFWV6_EVENT_OPEN_INBOUND),
		JSON_WHEN "\"action\":\"OPEN-INBOUND\",\"device\":null,\"ifindex\":null," JSON_ENDS
			  "\"tcp\":null,\"length\":null,\"reason\":null,\"sentence\":null,"
			  "\"rule\":null,\"hint\":null}\n");
	is_json(bare(), JSON_WHEN
		"\"action\":\"DROP\",\"device\":null,\"ifindex\":7,\"protocol\":null,"
		"\"source\":null,\"source_port\":null,\"destination\":null,"
		"\"destination_port\":null,\"tcp\":null,\"length\":94,\"reason\":\"truncated\","
		"\"sentence\":\"it ends\",\"rule\":null,\"hint\":null}\n");
}

static void a_name_is_json_whatever_its_bytes(void **s)
{
	struct netfwv6_event event = bare();

	(void)s;
	memcpy(event.device, "a\"\\\33\377\303\244", 7);
	is_json(event, JSON_WHEN
		"\"action\":\"DROP\",\"device\":\"a\\\"\\\\\\\\x1b\\\\xff\303\244\",\"ifindex\":7,"
		"\"protocol\":null,\"source\":null,\"source_port\":null,\"destination\":null,"
		"\"destination_port\":null,\"tcp\":null,\"length\":94,\"reason\":\"truncated\","
		"\"sentence\":\"it ends\",\"rule\":null,\"hint\":null}\n");
}

static void what_was_missed_is_an_object(void **s)
{
	const struct netfwv6_missed_events missed = { .suppressed = 12345678901, .lost = 2 };
	struct bytes out = {};

	(void)s;
	put_missed_json(&out, &missed);
	bytes_put(&out, "", 1);
	assert_string_equal((char *)out.data,
			    "{\"missed\":{\"suppressed\":12345678901,\"lost\":2}}\n");
	free(out.data);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_everything),
		cmocka_unit_test(what_is_not_known_is_a_dash),
		cmocka_unit_test(flags_have_names),
		cmocka_unit_test(text_is_in_local_time_and_json_in_utc),
		cmocka_unit_test(a_name_cannot_reach_the_terminal),
		cmocka_unit_test(an_object_has_every_field),
		cmocka_unit_test(a_name_is_json_whatever_its_bytes),
		cmocka_unit_test(what_was_missed_is_an_object),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
