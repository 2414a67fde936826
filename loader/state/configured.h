/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The devices that are to be firewalled, by name, whether they are there or not. Called
 * with mutex held and the state opened; changed with the administration lock held.
 */
#ifndef NETFWV6_CONFIGURED_H
#define NETFWV6_CONFIGURED_H

#include "state/state.h"

/* Tells whether the device is, and as what: the record is zeros where it is not. */
netfwv6_result configured_get(const struct state *state, const char *device,
			      struct configured_record *record, bool *configured);

netfwv6_result configured_put(const struct state *state, const char *device,
			      const struct configured_record *record);
void configured_drop(const struct state *state, const char *device);

/* Copies the records to a new map. */
netfwv6_result configured_copy(int from, int to);

/* Steps to the next name, DEVICE_NAME_SIZE bytes, beginning with "". False at the end. */
bool configured_next(const struct state *state, char *device);

/*
 * The wish for every device with hardware behind it that has none of its own, and the names of
 * those that it leaves out: likewise.
 */
netfwv6_result every_get(const struct state *state, struct configured_record *record, bool *wanted);
netfwv6_result every_put(const struct state *state, const struct configured_record *record);

/* Drops it with all names that it leaves out. */
void every_drop(const struct state *state);

netfwv6_result every_leaves_out(const struct state *state, const char *device, bool *left_out);
netfwv6_result every_leave_out(const struct state *state, const char *device);
void every_take_in(const struct state *state, const char *device);
bool every_next_left_out(const struct state *state, char *device);

#endif
