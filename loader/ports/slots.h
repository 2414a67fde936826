/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which connection has which slot of the port table, by the device's name.
 *
 * A program knows its connection's slot as a constant, so that a verdict is one load. A
 * device gets a slot when it is enabled, while one is free, or with its first setting.
 * A slot without any setting can be taken from its connection for another's. Whoever
 * gives or takes one holds the names lock; where programs have to be replaced for it, the
 * administration lock, too.
 */
#ifndef NETFWV6_SLOTS_H
#define NETFWV6_SLOTS_H

#include "state/state.h"

/* All slots' records, SLOT_RECORDS of them. With mutex held and the state opened. */
netfwv6_result slots_read(const struct state *state, struct slot_record *records);

/* The connection's slot, 0 for none. */
uint32_t slot_of(const struct slot_record *records, const char *device);

/* The same, read anew. With mutex held and the state opened. */
netfwv6_result slot_find(const struct state *state, const char *device, uint32_t *slot);

/* All bits that are set in any entry of the port table. Likewise. */
netfwv6_result slots_used(const struct state *state, uint64_t *bits);

static inline bool slot_is_used(uint32_t slot, uint64_t bits)
{
	return slot && bits & (ENTRY_OPEN(slot) | ENTRY_IGNORED(slot));
}

/* A slot of no connection, 0 for none. */
uint32_t slot_unowned(const struct slot_record *records, uint64_t bits);

/* E_OUTOFMEMORY: no slot is left for the device. */
netfwv6_result slots_exhausted(const char *device);

/* The functions below are called with the names lock held, and the state is writable. */

netfwv6_result slot_write(const struct state *state, uint32_t slot, const char *device,
			  bool unsure);

/*
 * The slot of a connection that is to get a setting; it is given one if no program has
 * to know of it. 0: slot_give() has to do it.
 */
netfwv6_result slot_take(const struct state *state, const char *device, uint32_t *slot);

#endif
