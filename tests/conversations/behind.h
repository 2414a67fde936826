/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A machine behind the host: another namespace. */
#ifndef CONVERSATIONS_BEHIND_H
#define CONVERSATIONS_BEHIND_H

extern const char *inner; /* the namespace's name */

#define INNER_ADDRESS "2001:db8:1::3"
#define INNER_DEVICE "in1"

/* The host forwards for it; the peer need not know the way back. */
void route_inner(void);
void know_the_way_back(void);

/* br0 takes fw0 as a port, and the host's address, as installers do it. */
void put_host_on_bridge(void);

#endif
