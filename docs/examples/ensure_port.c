// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A controller that keeps one port open under its own name, and touches nobody else's.
 * Build it with: cc ensure_port.c $(pkg-config --cflags --libs netfwv6)
 */
#include "port_operand.h"

enum { DONE = 0, NOT_OURS = 1, USAGE = 2, FAILED = 3 };

static int fail(const struct port_operand *port)
{
	fprintf(stderr, "ensure_port: %s: %s\n", port->text, netfwv6_detail());
	return FAILED;
}

/* Under whose name is the port open? S_FALSE, a success: it is closed. */
static netfwv6_result find_owner(struct netfwv6_mgr *mgr, const struct port_operand *port,
				 struct netfwv6_port *owner)
{
	const struct netfwv6_port_range only = { port->port, port->port, port->protocol };
	struct netfwv6_port_enum *ports;
	netfwv6_result result = netfwv6_mgr_enumerate_globally_open_ports(mgr, &only, &ports);

	if (NETFWV6_FAILED(result))
		return result;
	result = netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), owner, NULL);
	netfwv6_port_enum_free(ports);
	return result;
}

static int report(const struct port_operand *port, const struct netfwv6_port *owner,
		  const char *name, const char *ours)
{
	if (strcmp(owner->name, name)) {
		printf("%s: open for '%s', left alone\n", port->text, owner->name);
		return NOT_OURS;
	}
	printf("%s: %s\n", port->text, ours);
	return DONE;
}

static int ensure_open(struct netfwv6_mgr *mgr, const struct port_operand *port, const char *name)
{
	struct netfwv6_port owner;
	netfwv6_result result = find_owner(mgr, port, &owner);

	if (result == NETFWV6_S_OK)
		return report(port, &owner, name, "open already");
	if (NETFWV6_FAILED(result) ||
	    NETFWV6_FAILED(netfwv6_mgr_open_global_port(mgr, port->port, port->protocol, name)))
		return fail(port);
	/* Another controller may have been faster: the name of the first opener stays. */
	result = find_owner(mgr, port, &owner);
	if (NETFWV6_FAILED(result))
		return fail(port);
	if (result == NETFWV6_S_OK)
		return report(port, &owner, name, "opened");
	printf("%s: opened, and closed again by somebody\n", port->text);
	return NOT_OURS;
}

static int ensure_closed(struct netfwv6_mgr *mgr, const struct port_operand *port, const char *name)
{
	struct netfwv6_port owner;
	netfwv6_result result = find_owner(mgr, port, &owner);

	if (NETFWV6_FAILED(result))
		return fail(port);
	if (result == NETFWV6_S_FALSE) {
		printf("%s: closed already\n", port->text);
		return DONE;
	}
	if (strcmp(owner.name, name) == 0 &&
	    NETFWV6_FAILED(netfwv6_mgr_close_global_port(mgr, port->port, port->protocol)))
		return fail(port);
	return report(port, &owner, name, "closed");
}

int main(int argc, char **argv)
{
	struct port_operand port;
	struct netfwv6_mgr *mgr;
	bool open = argc == 4 && strcmp(argv[1], "open") == 0;
	int status;

	/* Without a name of its own a controller could not tell what it opened. */
	if (argc != 4 || (!open && strcmp(argv[1], "close")) || !parse_port(argv[2], &port) ||
	    !argv[3][0]) {
		fprintf(stderr, "usage: ensure_port open|close PORT/tcp|PORT/udp NAME\n");
		return USAGE;
	}
	if (NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)))
		return fail(&port);
	status = open ? ensure_open(mgr, &port, argv[3]) : ensure_closed(mgr, &port, argv[3]);
	netfwv6_mgr_close(mgr);
	return status;
}
