/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets that exist before the first packet is filtered. */
#ifndef NETFWV6_SEED_H
#define NETFWV6_SEED_H

#include "policy.h"

/*
 * Marks the local ports of all connected IPv6 sockets of the calling thread's network
 * namespace as in use: their conversations stand, whoever speaks next. Listeners and
 * unconnected sockets have none.
 */
void seed_from_sockets(struct policy *policy);

#endif
