/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is set up in this network namespace that no hook of a device can see into. */
#ifndef NETFWV6_BLIND_SPOTS_H
#define NETFWV6_BLIND_SPOTS_H

#include <stdint.h>

/* NETFWV6_BLIND_*, as far as the caller may see it. */
uint32_t blind_spots_find(void);

#endif
