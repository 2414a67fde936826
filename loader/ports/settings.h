/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings of ports, whatever their scope. The functions that change work on what is open, and
 * do not ask whether that is still in force: admin/change.h does.
 */
#ifndef NETFWV6_SETTINGS_H
#define NETFWV6_SETTINGS_H

#include "ports/port_table.h"

/* What a bit of the port table says, and for whom. */
struct setting {
	struct state *state;
	const char *device; /* the connection; NULL: globally */
	bool ignored;	    /* the exception to the global setting; else: open */
};

/*
 * Sets it for all ports of the range and leaves alone what is set, with the mutex held. name is
 * for ports that had not got it; NULL for none. Where the connection needs a slot that only an
 * administrator can give, nothing is set.
 */
netfwv6_result setting_set_once(const struct setting *setting, struct range range, const char *name,
				bool *needs_slot);

/* Takes a connection's setting back, likewise. */
netfwv6_result setting_clear_once(const struct setting *setting, struct range range);

/* Asks for one entry. */
netfwv6_result setting_ask(const struct setting *setting, uint32_t entry, bool *is_set);

/* A snapshot of the range's ports that have it. */
netfwv6_result setting_enumerate(const struct setting *setting, struct range range,
				 struct netfwv6_port_enum **ports);

#endif
