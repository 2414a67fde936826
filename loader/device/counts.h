/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pinned counters of an attachment: its reasons, and what the guard notes besides. */
#ifndef NETFWV6_COUNTS_H
#define NETFWV6_COUNTS_H

#include "device/attachment_records.h"
#include "reasons.h"

netfwv6_result counts_open(const struct state *state, uint32_t id, uint32_t flags, int *map);

/* Adds up what the CPUs counted, by number: REASON_COUNT of them. */
netfwv6_result counts_read(int map, struct count *counts);

/* Sets n of them to zero, from the first on. */
netfwv6_result counts_clear(int map, uint32_t first, uint32_t n);

/* What came in behind the back of XDP, where there is XDP. */
struct unseen {
	uint64_t packets;
	bool unknown;	   /* XDP leaves no marks here, so packets is nothing to go by */
	bool xdp_is_blind; /* nothing is seen by XDP any more */
};

/* Zeros for an attachment without counters. */
netfwv6_result counts_unseen(const struct state *state, uint32_t id,
			     const struct attachment_record *record, struct unseen *unseen);

#endif
