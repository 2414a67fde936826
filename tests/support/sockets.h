/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Real sockets on both sides. All are non-blocking; waiting is for conditions. */
#ifndef TESTS_SOCKETS_H
#define TESTS_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

/* In the host's namespace: a listener, a bound socket. */
int host_listen(uint16_t port);
int host_udp(uint16_t port);

/* From the peer: starts to connect, sends a datagram. The calling thread stays where it is. */
int peer_connect(uint16_t port);
void peer_send(uint16_t port, const char *text);

/* Waits until the connection of peer_connect() stands and the listener has it. */
int wait_for_accept(int listener);

/* Waits for a datagram and checks its text. */
void wait_for_datagram(int udp, const char *text);

/* Nothing has arrived: no connection to accept, no datagram. */
bool nothing_arrived(int socket);

#endif
