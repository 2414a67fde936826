/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How ports are written: 443/tcp, 443, 8000-8100/udp, https/tcp. */
#ifndef NETFWV6_PORT_TEXT_H
#define NETFWV6_PORT_TEXT_H

#include "netfwv6.h"

/* The ranges that one text says: as many as there are, room for NETFWV6_PORTS_TEXT_RANGES. */
netfwv6_result port_text_take(const char *text, struct netfwv6_port_range *ranges, size_t *count);

/* "443/tcp" or "8000-8100/udp". */
const char *port_text_print(const struct netfwv6_port_range *range,
			    char text[NETFWV6_PORTS_TEXT_SIZE]);

#endif
