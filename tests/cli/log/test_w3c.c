// SPDX-License-Identifier: LGPL-2.1-or-later
/* The log's lines, for every action and every reason, against a file that was read by people. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "cli/w3c.h"
#include "reasons.h"

#define GOLDEN "tests/cli/log/golden/format.log"
#define WHEN 1764000000123456789 /* 2025-11-24 16:00:00 UTC */
#define COLUMNS 17

static struct netfwv6_event event_of(uint32_t kind)
{
	return (struct netfwv6_event){ .sz = sizeof(struct netfwv6_event),
				       .kind = kind,
				       .time_ns = WHEN };
}

static struct netfwv6_event with_addresses(struct netfwv6_event event, const char *source,
					   const char *destination)
{
	event.has_addresses = true;
	assert_int_equal(inet_pton(AF_INET6, source, event.source), 1);
	assert_int_equal(inet_pton(AF_INET6, destination, event.destination), 1);
	return event;
}

static struct netfwv6_event with_ports(struct netfwv6_event event, uint32_t protocol,
				       uint32_t source, uint32_t destination)
{
	event.has_ports = true;
	event.protocol = protocol;
	event.source_port = source;
	event.destination_port = destination;
	return event;
}

static struct netfwv6_event drop_for(const char *reason)
{
	struct netfwv6_event event =
		with_addresses(event_of(NETFWV6_EVENT_DROP), "2001:db8::2", "2001:db8::1");

	event.reason = reason;
	event.length = 74;
	return event;
}

static struct netfwv6_event segment_for(const char *reason, uint32_t flags)
{
	struct netfwv6_event event = with_ports(drop_for(reason), NETFWV6_PROTOCOL_TCP, 40000, 443);

	event.tcp_flags = flags;
	event.tcp_sequence = 4294967295;
	event.tcp_acknowledgement = 1;
	event.tcp_window = 65535;
	return event;
}

/* ---- The golden file ----------------------------------------------------------------- */

static void put(FILE *log, struct netfwv6_event event)
{
	char line[W3C_LINE_SIZE];
	size_t length = w3c_event(&event, line);

	assert_int_equal(length, strlen(line));
	fputs(line, log);
}

static void put_actions(FILE *log)
{
	char line[W3C_LINE_SIZE];

	put(log,
	    with_ports(with_addresses(event_of(NETFWV6_EVENT_OPEN), "2001:db8::1", "2001:db8::2"),
		       NETFWV6_PROTOCOL_TCP, 40001, 443));
	put(log, with_ports(with_addresses(event_of(NETFWV6_EVENT_OPEN_INBOUND), "2001:db8::2",
					   "2001:db8::1"),
			    NETFWV6_PROTOCOL_TCP, 40002, 22));
	put(log,
	    with_ports(with_addresses(event_of(NETFWV6_EVENT_CLOSE), "2001:db8::1", "2001:db8::2"),
		       NETFWV6_PROTOCOL_TCP, 22, 40002));
	w3c_events_lost(WHEN, 18446744073709551615u, line);
	fputs(line, log);
}

/* Each reason that drops: with ports if it is about ports, else as far as the parser came. */
static void put_reasons(FILE *log)
{
#define X(number, identifier, keyword, sentence)                                                   \
	if (number == REASON_CLOSED_TCP || number == REASON_UNMATCHED_TCP)                         \
		put(log, segment_for(keyword, 0x02));                                              \
	else if (number == REASON_CLOSED_UDP || number == REASON_UNMATCHED_UDP)                    \
		put(log, with_ports(drop_for(keyword), NETFWV6_PROTOCOL_UDP, 5353, 53));           \
	else if (number >= REASON_FIRST_DROP)                                                      \
		put(log, drop_for(keyword));
	NETFWV6_REASONS(X)
#undef X
}

/* Every flag alone, those that come together, none, and those that have no letter. */
static void put_flags(FILE *log)
{
	static const uint8_t flags[] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x12,
					 0x11, 0x14, 0x18, 0x3f, 0x00, 0xc0, 0xc2 };

	for (size_t i = 0; i < sizeof(flags); i++)
		put(log, segment_for("closed-tcp", flags[i]));
}

/* What is missing, and what is as long as it can be. */
static void put_limits(FILE *log)
{
	const char *longest = "1111:2222:3333:4444:5555:6666:7777:8888";
	struct netfwv6_event event = event_of(NETFWV6_EVENT_DROP);

	put(log, event);
	event.reason = "truncated";
	event.length = 14;
	put(log, event);
	event = with_ports(with_addresses(segment_for("hidden-fragment", 0x3f), longest, longest),
			   NETFWV6_PROTOCOL_TCP, 65535, 65535);
	event.length = event.tcp_acknowledgement = UINT32_MAX;
	put(log, event);
	put(log, with_addresses(drop_for("jumbogram"), "fe80::1", "ff02::1"));
	put(log, event_of(99));
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 16);

	assert_non_null(file);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
	fclose(file);
	return text;
}

static char *all_lines(void)
{
	char *text = NULL;
	size_t size;
	FILE *log = open_memstream(&text, &size);

	fputs(W3C_HEADER, log);
	put_actions(log);
	put_reasons(log);
	put_flags(log);
	put_limits(log);
	fclose(log);
	return text;
}

static void lines_are_as_in_the_golden_file(void **s)
{
	char *golden = read_file(GOLDEN), *text = all_lines(), *wanted = golden, *got = text;

	(void)s;
	while (wanted || got)
		assert_string_equal(strsep(&got, "\n") ?: "nothing",
				    strsep(&wanted, "\n") ?: "nothing");
	free(text);
	free(golden);
}

static void every_line_has_as_many_columns_as_the_header_names(void **s)
{
	char *golden = read_file(GOLDEN), *rest = golden;

	(void)s;
	for (char *line; (line = strsep(&rest, "\n")) && *line;) {
		int columns = 0;

		if (strncmp(line, "#Fields: ", 9) == 0)
			line += 9;
		else if (*line == '#')
			continue;
		while (strsep(&line, " "))
			columns++;
		assert_int_equal(columns, COLUMNS);
	}
	free(golden);
}

/* ---- Time -------------------------------------------------------------------------------- */

static void starts_with(int64_t seconds, const char *zone, const char *wanted)
{
	struct netfwv6_event event = event_of(NETFWV6_EVENT_CLOSE);
	char line[W3C_LINE_SIZE];

	setenv("TZ", zone, 1);
	tzset();
	event.time_ns = seconds * 1000000000 + 999999999;
	w3c_event(&event, line);
	line[strlen(wanted)] = '\0';
	assert_string_equal(line, wanted);
	setenv("TZ", "UTC0", 1);
	tzset();
}

static void times_are_local(void **s)
{
	(void)s;
	starts_with(1764000000, "UTC0", "2025-11-24 16:00:00 ");
	starts_with(1764000000, "ABC-5:30", "2025-11-24 21:30:00 ");
	starts_with(1764000000, "ABC-8", "2025-11-25 00:00:00 ");
	starts_with(1764000000, "CET-1CEST,M3.5.0,M10.5.0/3", "2025-11-24 17:00:00 ");
	starts_with(1750000000, "CET-1CEST,M3.5.0,M10.5.0/3", "2025-06-15 17:06:40 ");
	starts_with(0, "UTC0", "1970-01-01 00:00:00 ");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_as_in_the_golden_file),
		cmocka_unit_test(every_line_has_as_many_columns_as_the_header_names),
		cmocka_unit_test(times_are_local),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests_name("w3c", tests, NULL, NULL);
}
