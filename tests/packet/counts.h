/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What moved in a map of counters. */
#ifndef PACKET_COUNTS_H
#define PACKET_COUNTS_H

#include <stdint.h>
#include "layout.h"
#include "reasons.h"

/* Every reason's counts, and those besides, summed over the CPUs. */
struct counts {
	struct count of[REASON_COUNT];
};

struct counts read_counts(int map);
struct counts counts_between(const struct counts *before, const struct counts *after);

/* The one reason that was counted, so many packets and bytes; else one of these. */
#define COUNTED_NOTHING (-1)
#define COUNTED_OTHERWISE (-2)
int counted_reason(const struct counts *moved, uint64_t packets, uint64_t bytes);

/* How many were counted as dropped. */
uint64_t dropped_packets(const struct counts *moved);

const char *keyword(uint32_t reason);

#endif
