// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Is the port open on this device, whether by the device's own setting (rule 1) or by the
 * global one (rule 2)? Exit status: 0 open, 1 closed, 2 wrong usage, 3 no answer.
 * Build it with: cc is_open_here.c $(pkg-config --cflags --libs netfwv6)
 */
#include "port_operand.h"

enum { OPEN = 0, CLOSED = 1, USAGE = 2, NO_ANSWER = 3 };

static int no_answer(const char *about)
{
	fprintf(stderr, "is_open_here: %s: %s\n", about, netfwv6_detail());
	return NO_ANSWER;
}

static const char *in_words(uint32_t rule)
{
	switch (rule) {
	case NETFWV6_RULE_OPEN_HERE:
		return "open here";
	case NETFWV6_RULE_OPEN_GLOBAL:
		return "open globally";
	default:
		return "closed";
	}
}

static int ask(struct netfwv6_connection *connection, const struct port_operand *port)
{
	const char *device = netfwv6_connection_name(connection);
	bool firewalled;
	uint32_t rule;

	if (NETFWV6_FAILED(netfwv6_connection_get_effective(connection, port->port, port->protocol,
							    &rule)))
		return no_answer(port->text);
	if (NETFWV6_FAILED(netfwv6_connection_is_firewalled(connection, &firewalled)))
		return no_answer(device);
	printf("%s on %s: %s\n", port->text, device, in_words(rule));
	/* The rules say what would hold. Where nobody filters, everything arrives. */
	if (!firewalled)
		printf("%s is not firewalled\n", device);
	return rule < NETFWV6_RULE_CLOSED ? OPEN : CLOSED;
}

int main(int argc, char **argv)
{
	struct netfwv6_connection *connection;
	struct port_operand port;
	struct netfwv6_mgr *mgr;
	int status;

	if (argc != 3 || !parse_port(argv[2], &port)) {
		fprintf(stderr, "usage: is_open_here DEV PORT/tcp|PORT/udp\n");
		return USAGE;
	}
	if (NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)))
		return no_answer(port.text);
	if (NETFWV6_FAILED(netfwv6_mgr_get_connection(mgr, argv[1], &connection))) {
		status = no_answer(argv[1]);
	} else {
		status = ask(connection, &port);
		netfwv6_connection_free(connection);
	}
	netfwv6_mgr_close(mgr);
	return status;
}
