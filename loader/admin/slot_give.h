/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Giving slots where programs have to know of it. With mutex and the administration
 * lock held, the state writable; takes the names lock.
 */
#ifndef NETFWV6_SLOT_GIVE_H
#define NETFWV6_SLOT_GIVE_H

#include "ports/slots.h"

/*
 * The slot for a connection that is about to be enabled, 0 when there is none to be had;
 * records that it is configured.
 */
netfwv6_result slot_reserve(const struct state *state, const char *device,
			    const struct configured_record *configured, uint32_t *slot);

/* The connection's programs know of its slot now. */
void slot_settle(const struct state *state, const char *device);

/*
 * Gives the connection a slot, if need be another's that has no setting, and sees to it
 * that all programs concerned know.
 */
netfwv6_result slot_give(const struct state *state, const char *device);

#endif
