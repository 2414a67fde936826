/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The busiest of any number of addresses, in bounded memory: the Space-Saving algorithm
 * (Metwally, Agrawal, El Abbadi 2005) with SOURCES_MAX entries. An address without an entry
 * takes over the one with the fewest packets, and its number. So, of N packets counted,
 *   packets - error <= true number <= packets,
 *   error <= N / SOURCES_MAX, and
 *   every address with more than N / SOURCES_MAX packets has an entry.
 * Up to SOURCES_MAX addresses are counted exactly.
 */
#ifndef NETFWV6_CLI_SOURCES_H
#define NETFWV6_CLI_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOURCES_MAX 1024

struct source {
	uint8_t address[16];
	uint64_t packets, error;
	uint64_t fresh; /* of the packets, those since sources_begin() */
};

/* Opaque. */
struct sources;

/* NULL when memory is exhausted. */
struct sources *sources_new(void);
void sources_free(struct sources *sources); /* NULL is allowed */

/* Counts a packet. */
void sources_add(struct sources *sources, const uint8_t address[16]);

/* From now on packets are fresh. */
void sources_begin(struct sources *sources);

/*
 * Copies all entries: the most fresh packets first, then the most packets, then by address.
 * Returns how many there are.
 */
size_t sources_list(const struct sources *sources, struct source list[SOURCES_MAX]);

#endif
