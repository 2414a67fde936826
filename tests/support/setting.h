/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two settings that a connection has for a port, open here and ignored, in one
 * form: what holds for both is tested with both.
 */
#ifndef TESTS_SETTING_H
#define TESTS_SETTING_H

#include "world.h"

struct setting {
	netfwv6_result (*set)(struct netfwv6_connection *, uint32_t, uint32_t);
	netfwv6_result (*set_range)(struct netfwv6_connection *, uint32_t, uint32_t, uint32_t);
	netfwv6_result (*clear)(struct netfwv6_connection *, uint32_t, uint32_t);
	netfwv6_result (*clear_range)(struct netfwv6_connection *, uint32_t, uint32_t, uint32_t);
	netfwv6_result (*is_set)(struct netfwv6_connection *, uint32_t, uint32_t, bool *);
	netfwv6_result (*enumerate)(struct netfwv6_connection *, const struct netfwv6_port_range *,
				    struct netfwv6_port_enum **);
};
extern const struct setting setting_open, setting_ignored;

/* Two tests, whose state is the setting. */
#define test_of_both(function)                                                                     \
	{ #function ": open", function, world_reset, NULL, (void *)&setting_open },                \
	{                                                                                          \
#function ": ignored", function, world_reset, NULL, (void *)&setting_ignored       \
	}

bool is_set(const struct setting *setting, struct netfwv6_connection *connection, uint32_t port,
	    uint32_t protocol);

/* How many ports of a connection have the setting. */
size_t count_set(const struct setting *setting, struct netfwv6_connection *connection);

/* All that is set, globally and on every connection, in words: to compare. */
void describe_settings(struct netfwv6_mgr *mgr, char *text, size_t size);

/* One element; the enumerator is at its end without. */
struct netfwv6_port next_port(struct netfwv6_port_enum *ports);

#endif
