/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets that were dropped for closed ports, by port. */
#ifndef NETFWV6_CLI_PORT_HITS_H
#define NETFWV6_CLI_PORT_HITS_H

#include <stdlib.h>

#include "cli.h"

/* Packets by protocol, TCP before UDP, and by port. Large: to be allocated. */
struct hit_counts {
	uint64_t packets[2][NETFWV6_PORT_MAX + 1];
};

struct port_hit {
	uint32_t port, protocol;
	uint64_t packets;
	uint64_t fresh; /* of these, since the counts before */
};

struct port_hits {
	struct port_hit *hits; /* free_port_hits() */
	size_t count;
};

/* Reads what the kernel counted: an exit code. */
int read_hit_counts(struct cli *cli, struct hit_counts *counts);

/*
 * Sorts the ports that were hit: the most fresh packets first, then the most packets, then by
 * port. Without counts before all packets are fresh. Complains when memory is exhausted.
 */
bool sort_hits(const struct hit_counts *counts, const struct hit_counts *before,
	       struct port_hits *hits);

static inline void free_port_hits(struct port_hits *hits)
{
	free(hits->hits);
	hits->hits = NULL;
}

/* Both: an exit code. */
int read_port_hits(struct cli *cli, struct port_hits *hits);

#endif
