/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connected IPv6 sockets of the calling thread's network namespace. */
#ifndef NETFWV6_SOCKET_LIST_H
#define NETFWV6_SOCKET_LIST_H

#include "util/snapshot.h"

struct connected_socket {
	uint32_t local[4], remote[4];	  /* the addresses as they lie in memory */
	uint16_t local_port, remote_port; /* network byte order */
	uint32_t protocol;		  /* IPPROTO_TCP, IPPROTO_UDP */
	uint32_t state;			  /* TCP_*, as netinet/tcp.h has them */
	uint32_t bound; /* number of the device that it is bound to; 0: none, or not known */
};

/*
 * Adds all of them to a snapshot in the making, of structs connected_socket; those of TCP in
 * any state but listening. Who cannot be told of them all is told of none: that is a failure.
 */
netfwv6_result socket_list_read(struct snapshot_builder *sockets);

#endif
