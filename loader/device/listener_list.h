/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets of the calling thread's network namespace that wait for what others send. */
#ifndef NETFWV6_LISTENER_LIST_H
#define NETFWV6_LISTENER_LIST_H

#include "util/snapshot.h"

/*
 * Adds to a snapshot in the making, of structs netfwv6_listener, in order: what can be reached
 * over IPv6, and not only by way of the loopback.
 */
netfwv6_result listener_list_read(struct snapshot_builder *listeners);

#endif
