/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A contender that scripts/bench/contenders has set up. */
#ifndef BENCH_CONTENDER_H
#define BENCH_CONTENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of its host, when it has talked with the far end. */
#define HOST_TCP_PORT 20001
#define HOST_UDP_PORT 20002
#define FAR_PORT 7
/* Ports that a host calls from; they are in use after a long uptime. */
#define EPHEMERAL_FIRST 32768
#define EPHEMERAL_LAST 60999

struct contender {
	unsigned int id;
	char name[32];
	unsigned int open_ports, connections;
	bool full;   /* the flow tables */
	bool uptime; /* long: every ephemeral port is in use */
	int ns;	     /* its network namespace */

	uint16_t closed_port;	      /* one of many, neither ephemeral nor in use */
	uint16_t *closed, *ephemeral; /* all closed ports, and the ephemeral ones of them */
	size_t n_closed, n_ephemeral;
	uint32_t sequence, acknowledgement; /* that the far end's next segment has */
};

/*
 * Takes "ID,NAME,PORTS,CONNECTIONS,FLOWS,UPTIME", with FLOWS "empty" or "full" and UPTIME
 * "short" or "long", as it stands in the namespace PREFIX-ID.
 */
void contender_take(const char *text, const char *prefix, struct contender *c);

/* Does it let answers in? */
bool contender_knows_conversations(const struct contender *c);

/* A program, or two, that return their verdict. */
bool contender_only_passes(const struct contender *c);

bool contender_is(const struct contender *c, const char *name);

#endif
