// SPDX-License-Identifier: LGPL-2.1-or-later
#include "given_filters.h"

#include <stdio.h>

#include "cleanup.h"

static int take_reasons(struct filter *filter, struct netfwv6_counter **reasons)
{
	size_t n = 0;
	netfwv6_result result = netfwv6_get_reasons(0, sizeof(struct netfwv6_counter), NULL, &n);

	if (NETFWV6_SUCCEEDED(result)) {
		*reasons = calloc(n, sizeof(**reasons));
		if (!*reasons) {
			complain("out of memory");
			return EXIT_OTHER;
		}
		result = netfwv6_get_reasons(n, sizeof(struct netfwv6_counter), *reasons, &n);
	}
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	filter->known = *reasons;
	filter->n_known = n;
	return GO_ON;
}

/* An event of a device that is gone has nothing but the index that it had. */
static int find_device(const struct cli *cli, struct filter_device *device)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct netfwv6_connection *connection CLEANUP(free_connection_at) = NULL;
	netfwv6_result result;

	result = netfwv6_mgr_get_connection(cli->mgr, device->name, &connection);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	snprintf(device->name, sizeof(device->name), "%s", netfwv6_connection_name(connection));
	result = netfwv6_connection_get_status(connection, &status);
	if (NETFWV6_FAILED(result))
		return complain_of(result);
	device->ifindex = status.ifindex;
	return GO_ON;
}

/* Connections have neither: such a filter would never let one through. */
static int check_for_connections(const struct filter *filter)
{
	if (!filter->n_devices && !filter->n_reasons)
		return GO_ON;
	complain("connections have no %s: leave --%s or --connections out",
		 filter->n_devices ? "device" : "reason", filter->n_devices ? "dev" : "reason");
	return EXIT_USAGE;
}

int take_given_filters(const struct cli *cli, bool connections, struct filter *filter,
		       struct netfwv6_counter **reasons)
{
	int code = take_reasons(filter, reasons);

	for (size_t i = 0; code == GO_ON && i < cli->n_filters; i++)
		code = filter_add(filter, cli->filters[i].option, cli->filters[i].value);
	for (size_t i = 0; code == GO_ON && i < filter->n_devices; i++)
		code = find_device(cli, &filter->devices[i]);
	return code == GO_ON && connections ? check_for_connections(filter) : code;
}
