/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a firewall consists of, for those who run packets through it. */
#ifndef PACKET_FIREWALL_H
#define PACKET_FIREWALL_H

#include "counts.h"
#include "programs.h"
#include "run.h"

struct firewall {
	struct programs programs;
	int counts, counts_alone;	 /* of both hooks together, and of the guard by itself */
	struct lane *alone[2], *both[2]; /* by link type */
	struct lane *pieces;		 /* for the guard by itself */
	struct counts counted, counted_alone; /* as of the latest run */
	uint64_t *ports;
	bool others_count; /* so what was counted is older than the latest run */
	bool unsummed;	   /* the summary is not what the entries are */
	uint64_t flooded_tick;
};

#endif
