/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets that exist before the first packet is filtered. */
#ifndef NETFWV6_SEED_H
#define NETFWV6_SEED_H

#include "state/state.h"

/*
 * Marks the conversations of all connected IPv6 sockets of the calling thread's network
 * namespace, and their local ports as in use: they stand, whoever speaks next. Listeners and
 * unconnected sockets have none. Those that are bound to another device than this one, as to a
 * bridge above it, are kept as flows, since programs on this device do not find the sockets.
 */
netfwv6_result seed_from_sockets(const struct root *root, struct policy *policy, uint32_t ifindex);

#endif
