// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flows.h"

#include <jansson.h>
#include <stdio.h>

#define MAX_TABLES (sizeof(((struct flows *)0)->tables) / sizeof(struct netfwv6_flow_table))

void read_flows(struct cli *cli, struct flows *flows)
{
	if (NETFWV6_FAILED(netfwv6_mgr_get_flow_tables(cli->mgr, MAX_TABLES,
						       sizeof(struct netfwv6_flow_table),
						       flows->tables, &flows->count)))
		flows->count = 0;
}

json_t *flows_json(const struct flows *flows)
{
	const struct netfwv6_flow_table *tables = flows->tables;
	json_t *object = flows->count ? json_object() : json_null();

	for (size_t i = 0; i < flows->count; i++)
		json_object_set_new(object, tables[i].name,
				    json_pack("{s:I, s:I}", "used", (json_int_t)tables[i].used,
					      "capacity", (json_int_t)tables[i].capacity));
	return object;
}

void print_flows(const struct flows *flows)
{
	const struct netfwv6_flow_table *tables = flows->tables;

	for (size_t i = 0; i < flows->count; i++)
		printf("%s %s %u of %u",
		       i ? "," : "conversations without a socket here:", tables[i].name,
		       tables[i].used, tables[i].capacity);
	if (flows->count)
		putchar('\n');
}
