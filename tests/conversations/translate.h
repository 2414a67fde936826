/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host that translates addresses and ports for others, and what it remembers of that. */
#ifndef CONVERSATIONS_TRANSLATE_H
#define CONVERSATIONS_TRANSLATE_H

/*
 * Rules of the host: port 80 of TCP and 53 of UDP at its address lead to ports 8080 and 5353 at
 * the server's address; what leaves by a device has the host's address.
 */
void forward_ports_to(const char *server);
void masquerade(const char *device);

/* A route of the host's back through the second link, which a router needs to ask there. */
void be_router_of_second(void);

/* The host forgets every translated conversation, as when each has expired. */
void forget_tracking(void);

#endif
