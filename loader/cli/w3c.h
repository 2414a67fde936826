/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log's format, that of the Windows firewall log: W3C extended, a line for each event,
 * "-" for what is not known or does not apply.
 */
#ifndef NETFWV6_CLI_W3C_H
#define NETFWV6_CLI_W3C_H

#include "cli.h"

/* What every log starts with. */
#define W3C_HEADER                                                                                 \
	"#Version: 1.5\n"                                                                          \
	"#Software: netfwv6\n"                                                                     \
	"#Time Format: Local\n"                                                                    \
	"#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags "        \
	"tcpsyn tcpack tcpwin icmptype icmpcode info path\n"
#define W3C_HEADER_SIZE (sizeof(W3C_HEADER) - 1)

/* Room for a line, its newline and a NUL. */
#define W3C_LINE_SIZE 320

/* Formats an event: the line's length, newline included. */
size_t w3c_event(const struct netfwv6_event *event, char *line);

/* The line that says how many events are not in the log since the last such line. */
size_t w3c_events_lost(int64_t time_ns, uint64_t n, char *line);

#endif
