/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a changing command has changed: lines for people, or with --json one object at its end. */
#ifndef NETFWV6_CLI_CHANGES_H
#define NETFWV6_CLI_CHANGES_H

#include "cli.h"

/*
 * Tells of one thing and its new state, and whether that is new: "443/tcp on eth0", "open". More
 * may follow in a sentence of its own: "native mode". Both forms name the device, if there is one.
 */
void tell_change(struct cli *cli, const char *what, const char *device, const char *state,
		 const char *more, bool changed);

/* How many of an enumerator's ports are in the range. */
size_t count_within(struct netfwv6_port_enum *ports, const struct netfwv6_port_range *range);

/* Ends the object, if --json was given: the exit code, which is the given one if that is bad. */
int end_changes(struct cli *cli, int code);

#endif
