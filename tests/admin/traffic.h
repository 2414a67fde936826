/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets that never stop: the peer sends to open and to closed ports and answers what
 * the host asked. Each stream counts what was sent and what arrived.
 */
#ifndef TESTS_TRAFFIC_H
#define TESTS_TRAFFIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum stream {
	TO_OPEN_0,   /* datagrams to TRAFFIC_OPEN through the first device */
	TO_OPEN_1,   /* and through the second */
	TO_CLOSED_0, /* to TRAFFIC_CLOSED */
	TO_CLOSED_1,
	TO_CONNECTED, /* answers to a connected socket, on a closed port */
	TO_QUERIER,   /* answers to a socket that is not connected, on a closed port */
	SESSIONS,     /* TCP to TRAFFIC_OPEN */
	ATTEMPTS,     /* at TCP to TRAFFIC_CLOSED */
	STREAMS
};

#define TRAFFIC_OPEN 5001
#define TRAFFIC_CLOSED 5002

struct traffic {
	_Atomic uint64_t sent[STREAMS], got[STREAMS];
	_Atomic uint64_t sent_again; /* segments that began a session */
	_Atomic bool stop;
	_Atomic int receiver_step, sender_step;
};

/* Starts it; both devices are firewalled by now. */
struct traffic *traffic_start(void);

/* Waits until more of every stream has been sent. */
void traffic_flows(struct traffic *traffic);

/*
 * Ends it. Fails the test if anything arrived that was sent to a closed port, or
 * something did not that was not.
 */
void traffic_end(struct traffic *traffic);

#endif
