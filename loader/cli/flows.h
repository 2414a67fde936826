/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How full the tables of conversations are. */
#ifndef NETFWV6_CLI_FLOWS_H
#define NETFWV6_CLI_FLOWS_H

#include "cli.h"

struct flows {
	struct netfwv6_flow_table tables[8];
	size_t count; /* 0 where the caller may not read them */
};

void read_flows(struct cli *cli, struct flows *flows);

void print_flows(const struct flows *flows);

/* An object by the tables' names; null where the caller may not read them. */
struct json_t *flows_json(const struct flows *flows);

#endif
