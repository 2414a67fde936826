// SPDX-License-Identifier: LGPL-2.1-or-later
/* Extension headers that Linux skips are walked, any order, any length, up to 15 of them. */
#include "rows.h"

#define HOPS(n) HEADERS(IPPROTO_HOPOPTS, 0, n)
#define ROUTINGS(n) HEADERS(IPPROTO_ROUTING, 0, n)
#define DESTS(n) HEADERS(IPPROTO_DSTOPTS, 0, n)
#define AUTHS(n) HEADERS(IPPROTO_AH, 1, n)

static const struct row rows[] = {
	{ "no payload behind the transport header", BY_PORT, PACKET(IPV6, L4) },
	{ "one byte behind the transport header", BY_PORT, PACKET(IPV6, L4, DATA(1)) },
	{ "a thousand bytes behind the transport header", BY_PORT, PACKET(IPV6, L4, DATA(1000)) },

	{ "one destination options header", BY_PORT, PACKET(IPV6, DESTS(1), L4, DATA(64)) },
	{ "2 destination options headers", BY_PORT, PACKET(IPV6, DESTS(2), L4, DATA(64)) },
	{ "3 destination options headers", BY_PORT, PACKET(IPV6, DESTS(3), L4, DATA(64)) },
	{ "4 destination options headers", BY_PORT, PACKET(IPV6, DESTS(4), L4, DATA(64)) },
	{ "5 destination options headers", BY_PORT, PACKET(IPV6, DESTS(5), L4, DATA(64)) },
	{ "6 destination options headers", BY_PORT, PACKET(IPV6, DESTS(6), L4, DATA(64)) },
	{ "7 destination options headers", BY_PORT, PACKET(IPV6, DESTS(7), L4, DATA(64)) },
	{ "8 destination options headers", BY_PORT, PACKET(IPV6, DESTS(8), L4, DATA(64)) },
	{ "14 destination options headers", BY_PORT, PACKET(IPV6, DESTS(14), L4, DATA(64)) },
	{ "15 destination options headers", BY_PORT, PACKET(IPV6, DESTS(15), L4, DATA(64)) },
	{ "16 destination options headers", DROP(MANY_HEADERS),
	  PACKET(IPV6, DESTS(16), L4, DATA(64)) },
	{ "17 destination options headers", DROP(MANY_HEADERS),
	  PACKET(IPV6, DESTS(17), L4, DATA(64)) },
	{ "100 destination options headers", DROP(MANY_HEADERS),
	  PACKET(IPV6, DESTS(100), L4, DATA(64)) },
	{ "15 headers and nothing behind the transport header", BY_PORT,
	  PACKET(IPV6, DESTS(15), L4) },
	{ "15 hop-by-hop headers", BY_PORT, PACKET(IPV6, HOPS(15), L4, DATA(64)) },
	{ "16 hop-by-hop headers", DROP(MANY_HEADERS), PACKET(IPV6, HOPS(16), L4, DATA(64)) },
	{ "15 routing headers", BY_PORT, PACKET(IPV6, ROUTINGS(15), L4, DATA(64)) },
	{ "16 routing headers", DROP(MANY_HEADERS), PACKET(IPV6, ROUTINGS(16), L4, DATA(64)) },
	{ "15 AH headers", BY_PORT, PACKET(IPV6, AUTHS(15), L4, DATA(64)) },
	{ "16 AH headers", DROP(MANY_HEADERS), PACKET(IPV6, AUTHS(16), L4, DATA(64)) },
	{ "15 headers of four kinds", BY_PORT,
	  PACKET(IPV6, HOPS(3), DESTS(4), AUTHS(4), ROUTINGS(4), L4, DATA(64)) },
	{ "16 headers of four kinds", DROP(MANY_HEADERS),
	  PACKET(IPV6, HOPS(4), DESTS(4), AUTHS(4), ROUTINGS(4), L4, DATA(64)) },
	{ "16 headers of kinds that take turns", DROP(MANY_HEADERS),
	  PACKET(IPV6, HOP(0), DEST(0), ROUTING(0), DEST(0), AUTH(1), DEST(0), ROUTING(0), DEST(0),
		 AUTH(1), DEST(0), ROUTING(0), DEST(0), AUTH(1), DEST(0), ROUTING(0), DEST(0), L4,
		 DATA(64)) },
	{ "15 headers, then no next header", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6, DESTS(15), NEXT(IPPROTO_NONE)) },
	{ "15 headers in front of ICMPv6", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6, DESTS(15), NEXT(IPPROTO_ICMPV6), DATA(64)) },
	{ "16 headers in front of ICMPv6", DROP(MANY_HEADERS),
	  PACKET(IPV6, DESTS(16), NEXT(IPPROTO_ICMPV6), DATA(64)) },
	{ "15 headers and a 16th that is cut off", DROP(MANY_HEADERS),
	  PACKET(IPV6, DESTS(15), DEST(0), KEEP(0)) },

	{ "mixed lengths", BY_PORT,
	  PACKET(IPV6, HOP(3), DEST(0), ROUTING(6), DEST(9), AUTH(4), DEST(1), L4, DATA(2100)) },
	{ "routing behind destination options", BY_PORT,
	  PACKET(IPV6, DEST(1), ROUTING(2), L4, DATA(64)) },
	{ "hop-by-hop behind destination options", BY_PORT,
	  PACKET(IPV6, DEST(1), HOP(1), L4, DATA(64)) },
	{ "destination options at both ends", BY_PORT,
	  PACKET(IPV6, HOP(0), DEST(1), ROUTING(2), AUTH(4), DEST(2), L4, DATA(64)) },
	{ "a decoy behind the transport header", BY_PORT, PACKET(IPV6, L4, DEST(0), L4_DECOY) },
	{ "another IPv6 packet behind the transport header", BY_PORT,
	  PACKET(IPV6, L4, IPV6, L4_DECOY, DATA(64)) },
};

struct kind {
	const char *name;
	uint8_t type;
	uint8_t length; /* an odd one of its own, so that no two headers have the same size */
};

static const struct kind kinds[] = {
	{ "hop-by-hop", IPPROTO_HOPOPTS, 1 },
	{ "routing", IPPROTO_ROUTING, 2 },
	{ "destination options", IPPROTO_DSTOPTS, 4 },
	{ "AH", IPPROTO_AH, 5 },
};
#define KINDS 4

#define ON_ONE_OF_EACH (ON(LINK_PLAIN) | ON(LINK_SPLIT) | ON(LINK_RAW))

static void add_order(struct table *t, int a, int b, int c, int d)
{
	const struct kind *k[KINDS] = { &kinds[a], &kinds[b], &kinds[c], &kinds[d] };
	struct row row = {
		.sentence = table_format(t, "in the order %s, %s, %s, %s", k[0]->name, k[1]->name,
					 k[2]->name, k[3]->name),
		.expected = BY_PORT,
		.packet = PIECES(IPV6, HEADER(k[0]->type, k[0]->length),
				 HEADER(k[1]->type, k[1]->length), HEADER(k[2]->type, k[2]->length),
				 HEADER(k[3]->type, k[3]->length), L4, DATA(64)),
		.links = ON_ONE_OF_EACH,
	};

	table_add_copy(t, row);
}

static void add_every_order(struct table *t)
{
	for (int a = 0; a < KINDS; a++)
		for (int b = 0; b < KINDS; b++)
			for (int c = 0; c < KINDS; c++)
				if (a != b && b != c && a != c)
					add_order(t, a, b, c, 6 - a - b - c);
}

/* The filler behind leads who steps too far to a decoy as well. */
static void add_every_length(struct table *t)
{
	static const uint8_t lengths[] = { 0, 1, 2, 3, 4, 6, 7, 17, 31, 63, 127, 128, 254, 255 };

	for (int k = 0; k < KINDS; k++) {
		for (size_t i = 0; i < sizeof(lengths); i++) {
			struct row row = {
				.sentence = table_format(t, "%s of length field %d", kinds[k].name,
							 lengths[i]),
				.expected = BY_PORT,
				.packet = PIECES(IPV6, HEADER(kinds[k].type, lengths[i]), L4,
						 DATA(1100)),
				.links = ON_ONE_OF_EACH,
			};

			table_add_copy(t, row);
		}
	}
}

void rows_chain(struct table *t)
{
	table_add_rows(t, ROWS(rows));
	add_every_order(t);
	add_every_length(t);
}
