/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connected IPv6 sockets of the calling thread's network namespace. */
#ifndef NETFWV6_SOCKET_LIST_H
#define NETFWV6_SOCKET_LIST_H

#include "util/snapshot.h"

struct connected_socket {
	uint32_t remote[4];		  /* the address as it lies in memory */
	uint16_t local_port, remote_port; /* network byte order */
	uint32_t protocol;		  /* IPPROTO_TCP, IPPROTO_UDP */
};

/*
 * Adds all of them to a snapshot in the making, of structs connected_socket; those of TCP in
 * any state but listening. Who cannot be told of them all is told of none: that is a failure.
 */
netfwv6_result socket_list_read(struct snapshot_builder *sockets);

#endif
