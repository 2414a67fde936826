/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which devices stand on which, over any number of storeys. */
#ifndef NETFWV6_STOREYS_H
#define NETFWV6_STOREYS_H

#include <stdbool.h>
#include <stdint.h>

#include "netfwv6.h"

/*
 * Do packets that come in by the first device get to sockets that are bound to the second? To
 * those of the same device, and of what stands on it: its bridge, bond or VRF, its VLANs.
 */
netfwv6_result storeys_lead(uint32_t from, uint32_t to, bool *lead);

#endif
