/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's socket diagnostics, which for TCP and for UDP may be a module that is missing. */
#ifndef NETFWV6_SOCKET_DIAG_H
#define NETFWV6_SOCKET_DIAG_H

#include <linux/inet_diag.h>

#include "netfwv6.h"

/* What to do with one socket. */
typedef netfwv6_result (*take_socket_fn)(void *context, const struct inet_diag_msg *told,
					 uint32_t protocol);

/*
 * Hands over the IPv6 sockets of the calling thread's network namespace that are of the protocol
 * (IPPROTO_TCP, IPPROTO_UDP) and in one of the states, a set of bits 1 << TCP_*.
 * error receives 0, or a negative errno value when the kernel cannot tell, which is no failure.
 */
netfwv6_result socket_diag_ask(uint32_t protocol, uint32_t states, take_socket_fn take,
			       void *context, int *error);

#endif
