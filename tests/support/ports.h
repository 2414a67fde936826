/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The manager's ports. */
#ifndef TESTS_PORTS_H
#define TESTS_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netfwv6.h>

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP

bool is_open(struct netfwv6_mgr *mgr, uint32_t port, uint32_t protocol);
size_t count_open(struct netfwv6_mgr *mgr);

/* Copies the name of an open port: NETFWV6_NAME_MAX + 1 bytes. */
void name_of(struct netfwv6_mgr *mgr, uint32_t port, uint32_t protocol, char *name);

#endif
