/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The wire to the firewalled host, and the target behind it: a port with a socket for
 * each protocol. A marker behind the frames tells when they have been dealt with.
 */
#ifndef NETNS_WIRE_H
#define NETNS_WIRE_H

#include "frames.h"

#define TARGET 5000

/* Group fixtures for cmocka: a world with the wire and the target. */
int wire_setup(void **unused);
int wire_teardown(void **unused);

extern const uint8_t protocols[2]; /* of the target's sockets */

/* What makes a burst different from all others. */
uint32_t next_id(void);

void send_burst(const struct burst *burst);

/* Everything sent before has been dealt with. */
void wait_for_wire(void);

/* The id of what the target's socket of this protocol got, or 0. */
uint32_t receive(size_t protocol);

/*
 * Fragments that came without the firewall must not be completed by later ones, even
 * if some bits are flipped. Answers go nowhere and wait for nobody.
 */
void become_another_stranger(void);

/* Nothing is left open but the marker's port and, perhaps, the target's. */
void firewall_the_target(const char *mode, bool open);

/* Connection tracking reassembles fragments before the stack reads their headers. */
void begin_connection_tracking(void);
void end_connection_tracking(void);

#endif
