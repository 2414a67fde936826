/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports in a transport header, and in the port table. */
#ifndef NETFWV6_PORTS_H
#define NETFWV6_PORTS_H

#include <linux/in.h>
#include "layout.h"

#define TCP_HEADER 20
#define UDP_HEADER 8

struct l4_ports {
	__be16 source;
	__be16 destination;
};

/* 1 for UDP, 0 for TCP: their numbers differ so. */
static __always_inline __u32 is_udp(__u8 protocol)
{
	_Static_assert(IPPROTO_TCP >> 4 == 0 && IPPROTO_UDP >> 4 == 1, "is_udp");
	return protocol >> 4;
}

/* Where the port table has a port. */
static __always_inline __u32 port_entry(__u32 udp, __u16 port)
{
	return udp * PORTS_PER_PROTOCOL + port;
}

#endif
