// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rows.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

#define HEADERS(count, number, l)                                                                  \
	{                                                                                          \
		.n = (count), .type = (number), .length = (l)                                      \
	}
#define HOP(l) HEADERS(1, IPPROTO_HOPOPTS, l)
#define DEST(l) HEADERS(1, IPPROTO_DSTOPTS, l)
#define AUTH(l) HEADERS(1, IPPROTO_AH, l)
#define OTHER(number) HEADERS(1, number, 0)
#define ROUTINGS(count, kind, l, segments)                                                         \
	{                                                                                          \
		.n = (count), .type = IPPROTO_ROUTING, .length = (l), .routing = (kind),           \
		.left = (segments)                                                                 \
	}
#define ROUTING(kind, l, segments) ROUTINGS(1, kind, l, segments)
#define FRAGMENT(reserved) HEADERS(1, IPPROTO_FRAGMENT, reserved) /* an atomic one */
#define INNER_IPV6 HEADERS(1, IPPROTO_IPV6, 0)
#define JUMBO HEADERS(1, JUMBO_TYPE, 0) /* hop-by-hop, with a jumbo option */

#define CUT(first, end)                                                                            \
	{                                                                                          \
		.from = (first), .to = (end)                                                       \
	}
#define ALL CUT(0, 0)
#define RESERVED(byte)                                                                             \
	{                                                                                          \
		.reserved = (byte)                                                                 \
	}
#define DECOY(first, end)                                                                          \
	{                                                                                          \
		.from = (first), .to = (end), .decoy = true                                        \
	}

#define BEFORE(...) .before = { __VA_ARGS__ }
#define BEHIND(...) .behind = { __VA_ARGS__ }
#define N_CUTS(...) (sizeof((struct cut[]){ __VA_ARGS__ }) / sizeof(struct cut))
#define CUTS(...) .cuts = { __VA_ARGS__ }, .n_cuts = N_CUTS(__VA_ARGS__)
#define TAGS(...) .tags = { __VA_ARGS__ }

#define CHAIN(n, verdict)                                                                          \
	{                                                                                          \
#n " destination options", verdict, BEFORE(HEADERS(n, 60, 0))                      \
	}
#define Q ETH_P_8021Q
#define AD ETH_P_8021AD

const struct row rows[] = {
	{ "no extension header", WALKED, .trailing = 0 },
	{ "bytes behind the payload", WALKED, .trailing = 40 },
	{ "a broadcast frame", WALKED, .broadcast = true },
	{ "a packet to all nodes", WALKED, .to_group = true },

	CHAIN(1, WALKED),
	CHAIN(2, WALKED),
	CHAIN(3, WALKED),
	CHAIN(4, WALKED),
	CHAIN(5, WALKED),
	CHAIN(6, WALKED),
	CHAIN(7, WALKED),
	CHAIN(8, WALKED),
	CHAIN(9, WALKED),
	CHAIN(10, WALKED),
	CHAIN(11, WALKED),
	CHAIN(12, WALKED),
	CHAIN(13, WALKED),
	CHAIN(14, WALKED),
	CHAIN(15, WALKED),
	CHAIN(16, DROPPED),
	CHAIN(17, DROPPED),
	CHAIN(18, DROPPED),
	CHAIN(19, DROPPED),
	CHAIN(20, DROPPED),
	{ "long destination options", WALKED, BEFORE(DEST(255)) },
	{ "three long destination options", WALKED, BEFORE(DEST(255), DEST(255), DEST(254)) },
	{ "hop-by-hop", WALKED, BEFORE(HOP(0)) },
	{ "long hop-by-hop", WALKED, BEFORE(HOP(255)) },
	{ "hop-by-hop twice", WALKED, BEFORE(HOP(0), HOP(1)) },
	{ "hop-by-hop behind destination options", WALKED, BEFORE(DEST(0), HOP(0)) },
	{ "hop-by-hop, destination options, routing", WALKED,
	  BEFORE(HOP(0), DEST(1), ROUTING(0, 2, 0)) },
	{ "hop-by-hop and 15 destination options", DROPPED, BEFORE(HOP(0), HEADERS(15, 60, 0)) },
	{ "routing of type 0, at its end", WALKED, BEFORE(ROUTING(0, 0, 0)) },
	{ "routing of type 0, with an address left", WALKED, BEFORE(ROUTING(0, 2, 1)) },
	{ "routing of type 2, at its end", WALKED, BEFORE(ROUTING(2, 2, 0)) },
	{ "routing of type 3, at its end", WALKED, BEFORE(ROUTING(3, 2, 0)) },
	{ "routing of type 4, at its end", WALKED, BEFORE(ROUTING(4, 2, 0)) },
	{ "routing of type 4, one segment left", WALKED, BEFORE(ROUTING(4, 2, 1)) },
	{ "routing of type 253, long", WALKED, BEFORE(ROUTING(253, 255, 0)) },
	{ "routing between destination options", WALKED,
	  BEFORE(DEST(0), ROUTING(0, 4, 0), DEST(2)) },
	{ "14 routing headers and a hop-by-hop", WALKED, BEFORE(HOP(0), ROUTINGS(14, 0, 0, 0)) },
	{ "15 routing headers and a hop-by-hop", DROPPED, BEFORE(HOP(0), ROUTINGS(15, 0, 0, 0)) },
	{ "AH", WALKED, BEFORE(AUTH(4)) },
	{ "AH of 8 bytes behind destination options", WALKED, BEFORE(DEST(0), AUTH(0)) },

	{ "no next header, and more behind it", PASSED, BEFORE(OTHER(IPPROTO_NONE)) },
	{ "ESP", PASSED, BEFORE(OTHER(IPPROTO_ESP)) },
	{ "mobility", PASSED, BEFORE(OTHER(IPPROTO_MH)) },
	{ "the host identity protocol", PASSED, BEFORE(OTHER(139)) },
	{ "shim6", PASSED, BEFORE(OTHER(140)) },
	{ "an experiment", PASSED, BEFORE(OTHER(253)) },
	{ "another experiment", PASSED, BEFORE(OTHER(254)) },
	{ "IPv6 in IPv6", PASSED, BEFORE(INNER_IPV6) },
	{ "IPv6 behind routing of type 0", PASSED, BEFORE(ROUTING(0, 2, 0), INNER_IPV6) },
	{ "IPv6 behind routing of type 3", UNJUDGED, BEFORE(ROUTING(3, 2, 0), INNER_IPV6) },
	{ "IPv6 behind routing of type 4", UNJUDGED, BEFORE(ROUTING(4, 2, 0), INNER_IPV6) },

	{ "an atomic fragment", WALKED, CUTS(ALL) },
	{ "an atomic fragment, reserved byte 1", WALKED, CUTS(RESERVED(1)) },
	{ "an atomic fragment, reserved byte 2", WALKED, CUTS(RESERVED(2)) },
	{ "an atomic fragment, reserved byte 255", WALKED, CUTS(RESERVED(255)) },
	{ "an atomic fragment, reserved bits", WALKED, CUTS({ .bits = 6 }) },
	{ "an atomic fragment in front of destination options", WALKED, BEHIND(DEST(1)),
	  CUTS(RESERVED(1)) },
	{ "an atomic fragment behind hop-by-hop", WALKED, BEFORE(HOP(2)), CUTS(ALL) },
	{ "an atomic fragment behind destination options", DROPPED, BEFORE(DEST(0)), CUTS(ALL) },
	{ "an atomic fragment behind routing", DROPPED, BEFORE(ROUTING(0, 0, 0)), CUTS(ALL) },
	{ "an atomic fragment behind AH", DROPPED, BEFORE(AUTH(4)), CUTS(ALL) },
	{ "an atomic fragment behind hop-by-hop and routing", DROPPED,
	  BEFORE(HOP(0), ROUTING(0, 0, 0)), CUTS(ALL) },
	{ "two atomic fragments", DROPPED, BEFORE(FRAGMENT(0)), CUTS(ALL) },
	{ "two atomic fragments, reserved bytes", DROPPED, BEFORE(FRAGMENT(1)), CUTS(RESERVED(1)) },
	{ "14 destination options in an atomic fragment", WALKED, BEHIND(HEADERS(14, 60, 0)),
	  CUTS(ALL) },
	{ "15 destination options in an atomic fragment", DROPPED, BEHIND(HEADERS(15, 60, 0)),
	  CUTS(ALL) },
	{ "two fragments", WALKED, CUTS(CUT(0, 24), CUT(24, 0)) },
	{ "two fragments, the last one first", WALKED, CUTS(CUT(24, 0), CUT(0, 24)) },
	{ "three fragments, shuffled", WALKED, CUTS(CUT(24, 40), CUT(40, 0), CUT(0, 24)) },
	{ "two fragments with reserved bytes and bits", WALKED,
	  CUTS({ .to = 24, .reserved = 1, .bits = 6 }, { .from = 24, .reserved = 7, .bits = 2 }) },
	{ "two fragments behind hop-by-hop", WALKED, BEFORE(HOP(0)), CUTS(CUT(0, 24), CUT(24, 0)) },
	{ "two fragments with destination options in the first", WALKED, BEHIND(DEST(0)),
	  CUTS(CUT(0, 32), CUT(32, 0)) },
	{ "two fragments behind destination options", DROPPED, BEFORE(DEST(0)),
	  CUTS(CUT(0, 24), CUT(24, 0)) },
	{ "two fragments behind destination options, the last one first", DROPPED, BEFORE(DEST(0)),
	  CUTS(CUT(24, 0), CUT(0, 24)) },
	{ "two fragments behind routing", DROPPED, BEFORE(ROUTING(0, 2, 0)),
	  CUTS(CUT(0, 24), CUT(24, 0)) },
	{ "a first fragment of eight bytes", WALKED, CUTS(CUT(0, 8), CUT(8, 0)),
	  .short_for_tcp = true },
	{ "a first fragment of eight bytes, the last one first", WALKED, CUTS(CUT(8, 0), CUT(0, 8)),
	  .short_for_tcp = true },
	{ "a first fragment through the flags", WALKED, CUTS(CUT(0, 16), CUT(16, 0)) },
	{ "a first fragment of destination options alone", DROPPED, BEHIND(DEST(0)),
	  CUTS(CUT(0, 8), CUT(8, 0)) },
	{ "a first fragment of destination options alone, at last", DROPPED, BEHIND(DEST(0)),
	  CUTS(CUT(8, 0), CUT(0, 8)) },
	{ "a first fragment that ends within destination options", DROPPED, BEHIND(DEST(2)),
	  CUTS(CUT(0, 8), CUT(8, 0)) },
	{ "the headers in three fragments", DROPPED, BEHIND(DEST(0), ROUTING(0, 0, 0)),
	  CUTS(CUT(0, 8), CUT(8, 16), CUT(16, 0)) },
	{ "a fragment within a fragment", DROPPED, BEHIND(FRAGMENT(0)),
	  CUTS(CUT(0, 32), CUT(32, 0)) },
	{ "the first fragment twice", WALKED, CUTS(CUT(0, 24), CUT(0, 24), CUT(24, 0)) },
	{ "the first fragment to another port, then the real one", WALKED,
	  CUTS(DECOY(0, 24), CUT(0, 24), CUT(24, 0)) },
	{ "the real first fragment, then one to another port", WALKED,
	  CUTS(CUT(0, 24), DECOY(0, 24), CUT(24, 0)) },
	{ "a whole packet to another port over the tail", WALKED,
	  CUTS(CUT(24, 0), DECOY(0, 0), CUT(0, 24)) },
	{ "ports overwritten by an overlapping fragment", WALKED, BEHIND(DEST(0)),
	  CUTS(DECOY(0, 32), CUT(8, 0)) },
	{ "ports overwritten before they come", WALKED, BEHIND(DEST(0)),
	  CUTS(CUT(8, 0), DECOY(0, 32)) },
	{ "overlapping by eight bytes", WALKED, CUTS(CUT(0, 32), CUT(24, 0)) },
	{ "an end that is none", WALKED, CUTS(CUT(0, 24), { .from = 24, .more = true }) },

	{ "a payload length of 0", DROPPED, .no_length = true },
	{ "a payload length of 0 and hop-by-hop", DROPPED, BEFORE(HOP(0)), .no_length = true },
	{ "a payload length of 0, hop-by-hop and destination options", DROPPED,
	  BEFORE(HOP(1), DEST(0)), .no_length = true },
	{ "a payload length of 0 and hop-by-hop in front of a fragment", DROPPED, BEFORE(HOP(0)),
	  CUTS(ALL), .no_length = true },
	{ "a jumbogram", DROPPED, BEFORE(JUMBO), .no_length = true },
	{ "a jumbo option beside a payload length", WALKED, BEFORE(JUMBO) },
	{ "a payload that ends in front of the ports", DROPPED, .plus = -TEXT_SIZE - 20 },
	{ "a payload that ends behind the ports", DROPPED, .plus = -TEXT_SIZE - 4 },
	{ "a payload that ends in front of the ports, and more bytes", DROPPED,
	  .plus = -TEXT_SIZE - 20, .trailing = 80 },
	{ "a payload that ends within destination options", DROPPED, BEFORE(DEST(2)),
	  .plus = -TEXT_SIZE - 30, .trailing = 80 },
	{ "a payload that ends behind destination options", DROPPED, BEFORE(DEST(0)),
	  .plus = -TEXT_SIZE - 20, .trailing = 80 },
	{ "a payload that ends early", WALKED, .plus = -8, .trailing = 40 },
	{ "a payload that ends behind the frame", DROPPED, .plus = 1 },
	{ "a payload that ends far behind the frame", DROPPED, .plus = 4000 },
	{ "a payload that ends behind the transport's", WALKED, .plus = 8, .trailing = 40 },

	{ "a tag of VID 0", WALKED, TAGS(Q) },
	{ "a service tag of VID 0", WALKED, TAGS(AD) },
	{ "two tags of VID 0", WALKED, TAGS(Q, Q) },
	{ "a service tag and a tag of VID 0", WALKED, TAGS(AD, Q) },
	{ "a tag and a service tag of VID 0", WALKED, TAGS(Q, AD) },
	{ "three tags of VID 0", DROPPED, TAGS(Q, Q, Q) },
	{ "three service tags of VID 0", DROPPED, TAGS(AD, AD, AD) },
	{ "four tags of VID 0", DROPPED, TAGS(AD, Q, AD, Q) },
	{ "two tags of VID 0 and 15 destination options", WALKED, TAGS(Q, Q),
	  BEFORE(HEADERS(15, 60, 0)) },
	{ "a tag of VID 0 and a hidden fragment", DROPPED, TAGS(Q), BEFORE(DEST(0)), CUTS(ALL) },
	{ "a tag of VID 0 and a payload length of 0", DROPPED, TAGS(Q), BEFORE(HOP(0)),
	  .no_length = true },
	{ "a tag of the old type 0x9100", PASSED, TAGS(0x9100) },

	{ "version 0", DROPPED, .version = 16 },
	{ "version 4", DROPPED, .version = 4 },
	{ "version 5", DROPPED, .version = 5 },
	{ "version 7", DROPPED, .version = 7 },
	{ "version 15", DROPPED, .version = 15 },
	{ "version 4 in an IPv4 frame", PASSED, .version = 4, .ethertype = ETH_P_IP },
	{ "an IPv4 frame", PASSED, .ethertype = ETH_P_IP },
	{ "a frame of IEEE 802.3", PASSED, .ethertype = 100 },
	{ "a frame of another protocol", PASSED, .ethertype = 0x88b5 },
};

const size_t n_rows = sizeof(rows) / sizeof(*rows);
_Static_assert(sizeof(rows) / sizeof(*rows) <= MOST_ROWS, "more rows than the tests hold");
