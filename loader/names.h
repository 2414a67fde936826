/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of open ports. A name counts only while its port is open: who closes
 * leaves it, who opens a closed port replaces or drops it before the port opens.
 * Openers hold the names lock, so the first opener's name stands.
 */
#ifndef NETFWV6_NAMES_H
#define NETFWV6_NAMES_H

#include "port_table.h"

/* E_INVALIDARG unless name is NULL or printable UTF-8 that fits. */
netfwv6_result name_check(const char *name);

/* Gives a closed port its name before it opens. E_OUTOFMEMORY: there is no room. */
netfwv6_result name_put(struct netfwv6_mgr *mgr, struct name_key key, const char *name);

/* Drops the names of all ports that are closed, in every scope. */
void names_make_room(struct netfwv6_mgr *mgr);

/* Drops the names of the range's ports that are closed in the slot's scope. */
void names_drop_closed(struct netfwv6_mgr *mgr, struct range range, uint32_t slot);

/* Are there none at all? Spares a look-up for each port. */
bool names_none(const struct netfwv6_mgr *mgr);

/* Copies the name, "" when there is none; name has NAME_SIZE bytes. */
void name_get(const struct netfwv6_mgr *mgr, struct name_key key, char *name);

#endif
