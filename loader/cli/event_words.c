// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

const char *const tcp_flag_names[TCP_FLAGS] = { "FIN", "SYN", "RST", "PSH",
						"ACK", "URG", "ECE", "CWR" };

const char *action_word(const struct netfwv6_event *event)
{
	static const char *const actions[] = {
		[NETFWV6_EVENT_DROP] = "DROP",
		[NETFWV6_EVENT_OPEN] = "OPEN",
		[NETFWV6_EVENT_OPEN_INBOUND] = "OPEN-INBOUND",
		[NETFWV6_EVENT_CLOSE] = "CLOSE",
	};
	bool known = event->kind < sizeof(actions) / sizeof(*actions) && actions[event->kind];

	return known ? actions[event->kind] : "UNKNOWN";
}

static bool has_prefix(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

uint32_t event_rule(const struct netfwv6_event *event)
{
	const char *reason = event->reason ?: "";

	return has_prefix(reason, "closed-") || has_prefix(reason, "unmatched-") ?
		       NETFWV6_RULE_CLOSED :
		       0;
}

bool is_tcp(const struct netfwv6_event *event)
{
	return event->has_ports && event->protocol == NETFWV6_PROTOCOL_TCP;
}

/* Returns the second that the time is in, and the nanoseconds since. */
static time_t split_time(int64_t time_ns, long *nanoseconds)
{
	time_t seconds = time_ns / NANOSECONDS;

	*nanoseconds = (long)(time_ns % NANOSECONDS);
	if (*nanoseconds >= 0)
		return seconds;
	*nanoseconds += NANOSECONDS;
	return seconds - 1;
}

const char *format_utc(int64_t time_ns, char *text)
{
	long nanoseconds;
	time_t seconds = split_time(time_ns, &nanoseconds);
	struct tm tm;
	size_t used;

	gmtime_r(&seconds, &tm);
	used = strftime(text, EVENT_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + used, EVENT_TIME_SIZE - used, ".%09ldZ", nanoseconds);
	return text;
}

const char *format_local(int64_t time_ns, char *text)
{
	long nanoseconds;
	time_t seconds = split_time(time_ns, &nanoseconds);
	struct tm tm;
	size_t used;
	long minutes;

	localtime_r(&seconds, &tm);
	minutes = tm.tm_gmtoff / 60;
	used = strftime(text, EVENT_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + used, EVENT_TIME_SIZE - used, ".%06ld%c%02ld:%02ld", nanoseconds / 1000,
		 minutes < 0 ? '-' : '+', labs(minutes) / 60, labs(minutes) % 60);
	return text;
}
