/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that want places in the port table. */
#ifndef NETNS_PLACES_H
#define NETNS_PLACES_H

#include <netfwv6.h>

#define PLACES NETFWV6_CONNECTIONS_MAX
#define MANY 40 /* devices: more than have places */

/* s1 and on. The last four names stay valid. */
const char *nth_device(int i);

#endif
