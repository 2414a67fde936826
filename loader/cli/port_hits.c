// SPDX-License-Identifier: LGPL-2.1-or-later
#include "port_hits.h"

#include "cleanup.h"

static const uint32_t protocols[] = { NETFWV6_PROTOCOL_TCP, NETFWV6_PROTOCOL_UDP };

int read_hit_counts(struct cli *cli, struct hit_counts *counts)
{
	for (int i = 0; i < 2; i++) {
		netfwv6_result result = netfwv6_mgr_get_port_hits(
			cli->mgr, NETFWV6_PORT_MIN, NETFWV6_PORT_MAX, protocols[i],
			NETFWV6_PORT_MAX - NETFWV6_PORT_MIN + 1, &counts->packets[i][1]);

		if (NETFWV6_FAILED(result))
			return complain_of(result);
	}
	return EXIT_DONE;
}

static int by_hits(const void *left, const void *right)
{
	const struct port_hit *a = left, *b = right;

	if (a->fresh != b->fresh)
		return a->fresh < b->fresh ? 1 : -1;
	if (a->packets != b->packets)
		return a->packets < b->packets ? 1 : -1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return a->protocol < b->protocol ? -1 : 1;
}

static size_t count_hit_ports(const struct hit_counts *counts)
{
	size_t count = 0;

	for (int i = 0; i < 2; i++)
		for (uint32_t port = NETFWV6_PORT_MIN; port <= NETFWV6_PORT_MAX; port++)
			count += counts->packets[i][port] != 0;
	return count;
}

/* Counting starts at zero when it is switched off and on meanwhile. */
static uint64_t since(uint64_t packets, uint64_t before)
{
	return packets < before ? packets : packets - before;
}

bool sort_hits(const struct hit_counts *counts, const struct hit_counts *before,
	       struct port_hits *hits)
{
	size_t room = count_hit_ports(counts);

	hits->count = 0;
	hits->hits = calloc(room ?: 1, sizeof(*hits->hits));
	if (!hits->hits) {
		complain("out of memory");
		return false;
	}
	for (int i = 0; i < 2; i++)
		for (uint32_t port = NETFWV6_PORT_MIN; port <= NETFWV6_PORT_MAX; port++) {
			uint64_t packets = counts->packets[i][port];

			if (packets)
				hits->hits[hits->count++] = (struct port_hit){
					port, protocols[i], packets,
					since(packets, before ? before->packets[i][port] : 0)
				};
		}
	qsort(hits->hits, hits->count, sizeof(*hits->hits), by_hits);
	return true;
}

int read_port_hits(struct cli *cli, struct port_hits *hits)
{
	struct hit_counts *counts CLEANUP(free_at) = calloc(1, sizeof(*counts));
	int code;

	*hits = (struct port_hits){};
	if (!counts) {
		complain("out of memory");
		return EXIT_OTHER;
	}
	code = read_hit_counts(cli, counts);
	return code ?: sort_hits(counts, NULL, hits) ? EXIT_DONE : EXIT_OTHER;
}
