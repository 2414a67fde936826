// SPDX-License-Identifier: LGPL-2.1-or-later
/* The library's calls, in this process, on a device that is firewalled. */
#include "control.h"

#include <stdlib.h>

#define TOOL "netfwv6 library"

/* How many calls a value is the mean of. To open a port takes longer, as a name is kept. */
#define CALLS 60000
#define OPENS 1000

static void open_or_close_all(struct netfwv6_mgr *mgr, bool open)
{
	for (int i = 0; i < 2; i++) {
		uint32_t protocol = i ? NETFWV6_PROTOCOL_UDP : NETFWV6_PROTOCOL_TCP;

		check(open ? netfwv6_mgr_open_global_ports(mgr, 1, 65535, protocol, NULL) :
			     netfwv6_mgr_close_global_ports(mgr, 1, 65535, protocol));
	}
}

static void measure_all(struct netfwv6_mgr *mgr, bool open, const char *operation)
{
	double start = now();

	open_or_close_all(mgr, open);
	put_row(TOOL, operation, now() - start);
}

static void measure_closes(struct netfwv6_mgr *mgr, const char *operation)
{
	double start = now();

	for (uint32_t port = 1; port <= CALLS; port++)
		check(netfwv6_mgr_close_global_port(mgr, port, NETFWV6_PROTOCOL_TCP));
	put_row(TOOL, operation, (now() - start) / CALLS);
}

static void measure_asks(struct netfwv6_mgr *mgr)
{
	double start = now();
	bool open;

	for (uint32_t port = 1; port <= CALLS; port++)
		check(netfwv6_mgr_is_port_globally_open(mgr, port, NETFWV6_PROTOCOL_TCP, &open));
	put_row(TOOL, "ask for one port", (now() - start) / CALLS);
}

static void measure_opens(struct netfwv6_mgr *mgr, const char *operation)
{
	double start = now();

	for (uint32_t port = 1; port <= OPENS; port++)
		check(netfwv6_mgr_open_global_port(mgr, port, NETFWV6_PROTOCOL_TCP, NULL));
	put_row(TOOL, operation, (now() - start) / OPENS);
}

void measure_library(struct netfwv6_mgr *mgr)
{
	measure_all(mgr, true, "open all 131070 ports");
	measure_closes(mgr, "close one port");
	measure_closes(mgr, "close one closed port");
	measure_asks(mgr);
	measure_opens(mgr, "open one port");
	measure_opens(mgr, "open one open port");
	open_or_close_all(mgr, true);
	measure_all(mgr, false, "close all 131070 ports");
}

/* With making and removing all state, which is one of its own. */
void measure_switch(void)
{
	struct netfwv6_mgr_options options = { .sz = sizeof(options),
					       .state_dir = getenv("BENCH_SWITCH_STATE") };
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;
	double start;

	if (!enter("none"))
		return;
	check(netfwv6_mgr_open(&mgr, &options));
	check(netfwv6_mgr_get_connection(mgr, "fw0", &connection));
	start = now();
	check(netfwv6_connection_enable_firewall(connection, NULL));
	put_row(TOOL, "enable", now() - start);
	start = now();
	check(netfwv6_connection_disable_firewall(connection));
	put_row(TOOL, "disable", now() - start);
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}
