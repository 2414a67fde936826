/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Detaching the firewall from a device. */
#ifndef NETFWV6_DISABLE_H
#define NETFWV6_DISABLE_H

#include "state/state.h"

/*
 * For with_administration(), with the device's name. Where every device is wanted, it is left out
 * from now on.
 */
netfwv6_result disable_device(struct state *state, void *device);

/* The same without leaving it out, of a state that is there and opened. */
netfwv6_result disable_present(struct state *state, const char *device);

#endif
