/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Protocols that agree on further ports, or answer from another one. The firewall does not read
 * what they say, so what belongs to them is dropped unless its port is open.
 */
#ifndef NETFWV6_RELATED_H
#define NETFWV6_RELATED_H

#include <netfwv6.h>

/* How much of a frame related_to_event() may read. */
#define RELATED_SNAPLEN 66

/* What is to be known of a port, with what to open; NULL where there is nothing. */
const char *related_to_port(uint32_t port, uint32_t protocol);

/* What a dropped packet looks like, and what to open; likewise. */
const char *related_to_event(const struct netfwv6_event *event);

#endif
