// SPDX-License-Identifier: LGPL-2.1-or-later
/* The library's calls, in this process, on a device that is firewalled. */
#include "control.h"

#include <stdlib.h>
#include <string.h>

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

static void measure_apply(struct netfwv6_mgr *mgr, const struct netfwv6_policy *policy,
			  const char *operation)
{
	double start = now();

	check(netfwv6_mgr_apply_policy(mgr, policy, NULL, NULL));
	put_row(TOOL, operation, now() - start);
}

/* What the state is, with all ports open. */
static void measure_policies(struct netfwv6_mgr *mgr)
{
	static const char lines[] = "version 1\nopen 1-65535\n";
	struct netfwv6_policy *before, *all, *both;

	check(netfwv6_mgr_read_policy(mgr, &before));
	check(netfwv6_policy_parse(lines, strlen(lines), NULL, NULL, &all));
	check(netfwv6_policy_lay(before, all, &both));
	measure_apply(mgr, both, "apply 131070 ports");
	measure_apply(mgr, both, "apply what is so");
	check(netfwv6_mgr_apply_policy(mgr, before, NULL, NULL));
	netfwv6_policy_free(before);
	netfwv6_policy_free(all);
	netfwv6_policy_free(both);
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
	measure_policies(mgr);
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
