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

#endif
