/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection after the other. */
#ifndef NETFWV6_CLI_VISIT_H
#define NETFWV6_CLI_VISIT_H

#include "cli.h"

/* What to do with one: an exit code. */
typedef int (*visit_fn)(struct cli *cli, struct netfwv6_connection *connection, void *context);

/* Visits those of a snapshot of all until one fails: its exit code. */
int visit_connections(struct cli *cli, visit_fn visit, void *context);

#endif
