/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets in the host's namespace that wait for what others send, of all kinds. */
#ifndef TESTS_LISTENERS_H
#define TESTS_LISTENERS_H

#include <stdbool.h>
#include <stdint.h>

struct listener {
	int type;	     /* SOCK_STREAM, SOCK_DGRAM */
	const char *address; /* of IPv6, or of IPv4 */
	uint16_t port;
	const char *device; /* or NULL */
	bool only_ipv6;
};

/* Makes the socket, and has it listen if it is one of TCP. The test closes it. */
int make_listener(struct listener listener);

#endif
