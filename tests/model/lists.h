/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares enumerators with the model, in full: elements, order, names, and the cursor's calls. */
#ifndef TESTS_LISTS_H
#define TESTS_LISTS_H

#include "check.h"

/* Snapshots that are compared again later: what changes meanwhile is not in them. */
struct held {
	struct netfwv6_port_enum *ports;
	struct netfwv6_port *expected;
	size_t count;
};

/* The open ports of a scope, global or a connection's own. */
void check_open_ports(struct check *c, unsigned int scope);

/* The ports that a connection ignores. */
void check_ignored_ports(struct check *c, unsigned int name);

/* All connections, and which names are found. */
void check_connections(struct check *c);

/* Compares the held snapshot and takes a new one of the scope; frees it. */
void held_check(struct held *held, struct check *c);
void held_take(struct held *held, struct check *c, unsigned int scope);
void held_free(struct held *held);

#endif
