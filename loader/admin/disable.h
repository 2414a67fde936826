/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Detaching the firewall from a device. */
#ifndef NETFWV6_DISABLE_H
#define NETFWV6_DISABLE_H

#include "state/state.h"

/* For with_administration(), with the device's name. */
netfwv6_result disable_device(struct state *state, void *device);

#endif
