/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events in words: what text and JSON have in common. */
#ifndef NETFWV6_CLI_EVENT_WORDS_H
#define NETFWV6_CLI_EVENT_WORDS_H

#include <netfwv6.h>

/* "DROP", "OPEN", "OPEN-INBOUND", "CLOSE", as in the log. */
const char *action_word(const struct netfwv6_event *event);

/* The number of the rule that dropped it, an enum netfwv6_rule; 0 if it was none of them. */
uint32_t event_rule(const struct netfwv6_event *event);

/* The names of the TCP flags by their bits, FIN first. */
#define TCP_FLAGS 8
extern const char *const tcp_flag_names[TCP_FLAGS];

bool is_tcp(const struct netfwv6_event *event);

/*
 * RFC 3339: in UTC with nanoseconds, or in local time with microseconds; the buffer has
 * EVENT_TIME_SIZE bytes.
 */
#define EVENT_TIME_SIZE 48
const char *format_utc(int64_t time_ns, char *text);
const char *format_local(int64_t time_ns, char *text);

#endif
