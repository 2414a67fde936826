/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the frames of evasion are made of: a row describes a packet and its fragments. */
#ifndef NETNS_ROWS_H
#define NETNS_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_SIZE 64 /* of the datagram, and of the SYN */

enum verdict {
	WALKED,	  /* its port decides */
	PASSED,	  /* holds no TCP or UDP of this host, so no socket may get it */
	DROPPED,  /* whatever its port */
	UNJUDGED, /* a known hole: what segment routing takes out has no device of its own */
};

/* An extension header, n times; type 0 of n 0 ends a list. */
struct header {
	uint8_t n, type, length, routing, left;
};

#define JUMBO_TYPE 0xff /* hop-by-hop, with a jumbo option */

/* One fragment: bytes from..to of the fragmentable part; to 0 is its end. */
struct cut {
	uint16_t from, to;
	uint8_t reserved, bits; /* the header's reserved byte and bits */
	bool decoy;		/* this one names the marker's port */
	bool more;		/* says that more follow, though it is the end */
};

struct row {
	const char *sentence;
	enum verdict verdict;
	struct header before[24], behind[24]; /* of the fragment header, if there are cuts */
	struct cut cuts[8];		      /* fragments in the order of their sending */
	size_t n_cuts;
	uint16_t tags[5];   /* ethertypes, all with VID 0 */
	uint16_t ethertype; /* instead of IPv6 */
	int plus;	    /* is added to the payload length */
	bool no_length;	    /* the payload length is 0 */
	uint16_t trailing;  /* bytes behind the payload */
	uint8_t version;    /* instead of 6 */
	bool to_group, broadcast;
	bool short_for_tcp; /* of TCP it is dropped */
};

#define MOST_ROWS 200

extern const struct row rows[];
extern const size_t n_rows;

#endif
