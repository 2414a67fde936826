/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections by their devices' names. Each call opens a manager of its own. */
#ifndef TESTS_CONNECTIONS_H
#define TESTS_CONNECTIONS_H

#include "ports.h"
#include "world.h"

/* With the command, in the mode of its choice. */
void enable(const char *device);

bool firewalled(const char *device);
struct netfwv6_connection_status status_of(const char *device);

/* Opens or closes a port for all of them. */
void set_global(uint32_t port, uint32_t protocol, bool open);

#endif
