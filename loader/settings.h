/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of ports, whatever their scope: what the API's calls have in common. */
#ifndef NETFWV6_SETTINGS_H
#define NETFWV6_SETTINGS_H

#include "port_table.h"

/* What a bit of the port table says, and for whom. */
struct setting {
	struct netfwv6_mgr *mgr;
	const char *device; /* the connection; NULL: globally */
	bool ignored;	    /* the exception to the global setting; else: open */
};

/*
 * Sets it for all ports of the range and leaves alone what is set. name is for ports that
 * open; NULL for none.
 */
netfwv6_result setting_set(const struct setting *setting, struct range range, const char *name);

/* Takes it back. */
netfwv6_result setting_clear(const struct setting *setting, struct range range);

/* Asks for one entry. */
netfwv6_result setting_ask(const struct setting *setting, uint32_t entry, bool *is_set);

/* A snapshot of the ports that have it, of one range or, without, of all. */
netfwv6_result setting_enumerate(const struct setting *setting, const struct range *range,
				 struct netfwv6_port_enum **ports);

#endif
