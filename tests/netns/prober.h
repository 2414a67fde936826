/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer that never stops to talk to the host, by numbers: in each round a datagram to a closed
 * port, then one to an open one. The next round begins when that has come.
 */
#ifndef NETNS_PROBER_H
#define NETNS_PROBER_H

#include <sys/types.h>

#include "connections.h"

#define PROBED_CLOSED 6000
#define PROBED_OPEN 6001

struct prober {
	pid_t pid;
	int closed, open; /* sockets of the host */
	struct probing *probing;
};

/* The firewall is on, and PROBED_OPEN open. */
struct prober start_probing(void);

/* So many datagrams to either port may be lost from now on; those to the open one come again. */
void expect_losses(struct prober *prober, uint64_t most);

/* Waits until a round that began after this was called has ended. */
void await_round(struct prober *prober);

/*
 * Fails the test if one datagram to the open port was lost, or one to the closed port arrived.
 * Returns how many rounds there were.
 */
uint64_t stop_probing(struct prober *prober);

/* All of them were counted on the device, each once, but for those to the closed port that were lost. */
void assert_counted_once(const char *device, uint64_t rounds, uint64_t most_lost);

#endif
