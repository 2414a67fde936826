/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operand 443/tcp, for the examples. */
#ifndef PORT_OPERAND_H
#define PORT_OPERAND_H

#include <inttypes.h>
#include <netfwv6.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct port_operand {
	uint32_t port, protocol;
	const char *text; /* as it was given */
};

/* Leaves the range of the number to the library, which refuses and never truncates. */
static inline bool parse_port(const char *text, struct port_operand *operand)
{
	char protocol[4];
	int end;

	if (sscanf(text, "%5" SCNu32 "/%3[a-z]%n", &operand->port, protocol, &end) != 2 ||
	    text[end])
		return false;
	if (strcmp(protocol, "tcp") && strcmp(protocol, "udp"))
		return false;
	operand->protocol = *protocol == 't' ? NETFWV6_PROTOCOL_TCP : NETFWV6_PROTOCOL_UDP;
	operand->text = text;
	return true;
}

#endif
