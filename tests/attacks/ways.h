/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways on which the other end of fw0's wire gets packets to the host, as root of a container
 * that nobody trusts: with devices, queueing disciplines and tables of its own.
 */
#ifndef ATTACKS_WAYS_H
#define ATTACKS_WAYS_H

#include "world.h"

#define PROGRAMS "build/tests/peer.bpf.o" /* also of what runs under the sanitizers */

struct way {
	const char *name;
	const char *script;    /* of a shell, in the peer; $mac is fw0's, $obj the programs */
	const char *route;     /* the device that it sends by */
	bool skips;	       /* the netdev hooks of the device that it comes to */
	const char *lacking;   /* a command that fails where the kernel has not what it takes */
	void (*prepare)(void); /* what a shell cannot do, in the peer */
};
extern const struct way ways[];
extern const size_t n_ways;

/* A peer that has nothing but peer0, by which it sends all. */
void clear_peer(void);

/* Makes such a peer send on that way, or on one more. */
void take_way(const struct way *way);
void add_way(const struct way *way);

/* The link-layer address of fw0. */
const char *host_mac(void);

/* A datagram or a connection attempt on it, to the host or elsewhere. The socket is the caller's. */
void send_on_way(uint16_t port, const char *text);
void send_to(const char *address, uint16_t port, const char *text);
int connect_on_way(uint16_t port);

#endif
