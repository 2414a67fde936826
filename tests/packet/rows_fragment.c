// SPDX-License-Identifier: LGPL-2.1-or-later
/* Fragments: what may be walked, what holds no port, what hides one. */
#include "rows.h"

#define ANY_OFFSET 8191
#define RESERVED_BITS 6

static const struct row first_fragments[] = {
	{ "an atomic fragment", BY_PORT, PACKET(IPV6, FRAGMENT(0, LAST), L4, DATA(64)) },
	{ "a first fragment", BY_PORT, PACKET(IPV6, FRAGMENT(0, MORE), L4, DATA(64)) },
	{ "a first fragment behind hop-by-hop", BY_PORT,
	  PACKET(IPV6, HOP(1), FRAGMENT(0, MORE), L4, DATA(64)) },
	{ "a first fragment behind two hop-by-hop headers", BY_PORT,
	  PACKET(IPV6, HOP(1), HOP(0), FRAGMENT(0, MORE), L4, DATA(64)) },
	{ "a first fragment with destination options", BY_PORT,
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(1), L4, DATA(64)) },
	{ "a first fragment with AH, routing and hop-by-hop", BY_PORT,
	  PACKET(IPV6, FRAGMENT(0, MORE), AUTH(4), ROUTING(2), HOP(0), L4, DATA(64)) },
	{ "the reserved byte 1 is no length", BY_PORT,
	  PACKET(IPV6, FRAGMENT_RESERVED(0, MORE, 1), L4, L4_DECOY, L4_DECOY, DATA(64)) },
	{ "the reserved byte 2 is no length", BY_PORT,
	  PACKET(IPV6, FRAGMENT_RESERVED(0, MORE, 2), L4, L4_DECOY, L4_DECOY, DATA(64)) },
	{ "the reserved byte 3 is no length", BY_PORT,
	  PACKET(IPV6, FRAGMENT_RESERVED(0, LAST, 3), L4, DATA(64)) },
	{ "the reserved byte 8 is no length", BY_PORT,
	  PACKET(IPV6, FRAGMENT_RESERVED(0, MORE, 8), L4, DATA(128)) },
	{ "the reserved byte 255 is no length", BY_PORT,
	  PACKET(IPV6, FRAGMENT_RESERVED(0, MORE, 255), L4, DATA(2100)) },
	{ "the reserved byte 255 of a short packet is no length", BY_PORT,
	  PACKET(IPV6, FRAGMENT_RESERVED(0, MORE, 255), L4, DATA(8)) },
	{ "the reserved byte 1 behind hop-by-hop is no length", BY_PORT,
	  PACKET(IPV6, HOP(0), FRAGMENT_RESERVED(0, MORE, 1), DEST(0), L4, DATA(64)) },
	{ "the reserved bits are no offset", BY_PORT,
	  PACKET(IPV6, FRAGMENT(0, RESERVED_BITS | LAST), L4, DATA(64)) },
	{ "the reserved bits with more fragments are no offset", BY_PORT,
	  PACKET(IPV6, FRAGMENT(0, RESERVED_BITS | MORE), L4, DATA(64)) },
	{ "14 headers and a fragment header", BY_PORT,
	  PACKET(IPV6, FRAGMENT(0, MORE), HEADERS(IPPROTO_DSTOPTS, 0, 14), L4, DATA(64)) },
	{ "15 headers and a fragment header", DROP(MANY_HEADERS),
	  PACKET(IPV6, FRAGMENT(0, MORE), HEADERS(IPPROTO_DSTOPTS, 0, 15), L4, DATA(64)) },
	{ "14 hop-by-hop headers in front of a fragment header", BY_PORT,
	  PACKET(IPV6, HEADERS(IPPROTO_HOPOPTS, 0, 14), FRAGMENT(0, MORE), L4, DATA(64)) },
	{ "15 hop-by-hop headers in front of a fragment header", DROP(MANY_HEADERS),
	  PACKET(IPV6, HEADERS(IPPROTO_HOPOPTS, 0, 15), FRAGMENT(0, MORE), L4, DATA(64)) },
	{ "15 hop-by-hop headers in front of a later fragment", DROP(MANY_HEADERS),
	  PACKET(IPV6, HEADERS(IPPROTO_HOPOPTS, 0, 15), FRAGMENT(1, LAST), L4, DATA(64)) },
	{ "a first fragment of ICMPv6", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6, FRAGMENT(0, MORE), NEXT(IPPROTO_ICMPV6), DATA(64)) },
	{ "a first fragment of ESP", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6, FRAGMENT(0, MORE), HEADER(IPPROTO_ESP, 0), L4, DATA(64)) },
	{ "a first fragment of SCTP, one byte of it", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6, FRAGMENT(0, MORE), NEXT(IPPROTO_SCTP), DATA(1)) },
	{ "a first fragment with no next header", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6, FRAGMENT(0, LAST), NEXT(IPPROTO_NONE)) },
};

/* A chain that does not end in the first fragment, wherever the missing part is. */
static const struct row short_fragments[] = {
	{ "a first fragment that ends behind the fragment header", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), NEXT_IS_L4) },
	{ "an atomic fragment that ends behind the fragment header", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, LAST), NEXT_IS_L4) },
	{ "a first fragment that ends behind the fragment header, decoys behind the payload",
	  DROP(SHORT_FRAGMENT), PACKET(IPV6, FRAGMENT(0, MORE), PAYLOAD_ENDS, L4, DATA(64)) },
	{ "a first fragment with one byte of the transport header", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), L4, KEEP(1)) },
	{ "a first fragment with the source port only", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), L4, KEEP(2)) },
	{ "a first fragment with half of the destination port", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), L4, KEEP(3)) },
	{ "a first fragment with the ports only", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), L4, KEEP(4)) },
	{ "a first fragment with 7 bytes of the transport header", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), L4, KEEP(7)) },
	{ "a first fragment with 8 bytes of TCP", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), L4, KEEP(8)), .only = IPPROTO_TCP },
	{ "a first fragment with TCP without its flags", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), L4, KEEP(13)), .only = IPPROTO_TCP },
	{ "an atomic fragment with TCP without its flags", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, LAST), L4, KEEP(13)), .only = IPPROTO_TCP },
	{ "a first fragment with TCP without its flags, the rest behind the payload",
	  DROP(SHORT_FRAGMENT), PACKET(IPV6_PLUS(-7), FRAGMENT(0, MORE), L4), .only = IPPROTO_TCP },
	{ "a first fragment with TCP through its flags", BY_PORT,
	  PACKET(IPV6, FRAGMENT(0, MORE), L4, KEEP(14)), .only = IPPROTO_TCP },
	{ "a first fragment with TCP through its flags, the rest behind the payload", BY_PORT,
	  PACKET(IPV6_PLUS(-6), FRAGMENT(0, MORE), L4), .only = IPPROTO_TCP },
	{ "a first fragment with 19 bytes of TCP", BY_PORT,
	  PACKET(IPV6, FRAGMENT(0, MORE), L4, KEEP(19)), .only = IPPROTO_TCP },
	{ "a first fragment with a header and TCP without its flags", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(0), L4, KEEP(13)), .only = IPPROTO_TCP },
	{ "a first fragment with a header and TCP through its flags", BY_PORT,
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(0), L4, KEEP(14)), .only = IPPROTO_TCP },
	{ "a first fragment with 8 bytes of UDP", BY_PORT, PACKET(IPV6, FRAGMENT(0, MORE), L4),
	  .only = IPPROTO_UDP },
	{ "a first fragment with 7 bytes of UDP, the rest behind the payload", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6_PLUS(-1), FRAGMENT(0, MORE), L4), .only = IPPROTO_UDP },

	{ "a first fragment that ends between destination options and transport header",
	  DROP(SHORT_FRAGMENT), PACKET(IPV6, FRAGMENT(0, MORE), DEST(0), NEXT_IS_L4) },
	{ "a first fragment behind hop-by-hop that ends between two headers", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, HOP(0), FRAGMENT(0, MORE), DEST(0), NEXT_IS_L4) },
	{ "a first fragment that ends between two destination options", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(0), NEXT(IPPROTO_DSTOPTS)) },
	{ "a first fragment that ends between AH and routing", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), AUTH(4), NEXT(IPPROTO_ROUTING)) },
	{ "a first fragment that ends between routing and a fragment header", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), ROUTING(0), NEXT(IPPROTO_FRAGMENT)) },
	{ "a first fragment that ends where destination options are announced",
	  DROP(SHORT_FRAGMENT), PACKET(IPV6, FRAGMENT(0, MORE), NEXT(IPPROTO_DSTOPTS)) },
	{ "a first fragment that ends behind one byte of destination options", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(0), KEEP(1)) },
	{ "a first fragment that ends behind 7 bytes of destination options", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(0), KEEP(7)) },
	{ "a first fragment that ends behind half of destination options", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(1), KEEP(8)) },
	{ "a first fragment that ends one byte before destination options do", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(3), KEEP(31)) },
	{ "a first fragment that ends in routing", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), ROUTING(2), KEEP(16)) },
	{ "a first fragment that ends in AH", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), AUTH(4), KEEP(20)) },
	{ "a first fragment whose payload ends in destination options, decoys behind",
	  DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(1), KEEP(8), PAYLOAD_ENDS, DATA(8), L4, DATA(64)) },
	{ "a first fragment whose payload ends between two headers, decoys behind",
	  DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(1), PAYLOAD_ENDS, DEST(0), L4, DATA(64)) },
	{ "a first fragment that ends in destination options in front of ICMPv6",
	  DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(3), NEXT(IPPROTO_ICMPV6), KEEP(31)) },
	{ "a first fragment whose payload ends in a header in front of ICMPv6",
	  DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(1), NEXT(IPPROTO_ICMPV6), KEEP(8), PAYLOAD_ENDS,
		 DATA(64)) },
	{ "a first fragment with a header longer than the frame", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(255), KEEP(64)) },
	{ "a first fragment whose frame is shorter than its payload", DROP(TRUNCATED),
	  PACKET(IPV6_PLUS(1), FRAGMENT(0, MORE), DEST(0), NEXT_IS_L4) },
	{ "a fragment header of 7 bytes", DROP(TRUNCATED),
	  PACKET(IPV6, FRAGMENT(0, MORE), KEEP(7)) },
	{ "a fragment header of which the payload has 7 bytes", DROP(PAST_PAYLOAD),
	  PACKET(IPV6, FRAGMENT(0, MORE), KEEP(7), PAYLOAD_ENDS, DATA(1), L4, DATA(64)) },
	{ "a fragment header behind the payload", DROP(PAST_PAYLOAD),
	  PACKET(IPV6, PAYLOAD_ENDS, FRAGMENT(0, MORE), L4, DATA(64)) },
};

/* Their payload spells a port to those who read it. */
static const struct row later_fragments[] = {
	{ "a later fragment", PASS(LATER_FRAGMENT), PACKET(IPV6, FRAGMENT(1, MORE), L4, DATA(64)) },
	{ "a later fragment at offset 2", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(2, MORE), L4, DATA(64)) },
	{ "a later fragment at offset 32", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(32, MORE), L4, DATA(64)) },
	{ "a later fragment at offset 4096", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(4096, LAST), L4, DATA(64)) },
	{ "a later fragment at the last offset", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(ANY_OFFSET, LAST), L4, DATA(64)) },
	{ "the last fragment", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(1, LAST), L4, DATA(64)) },
	{ "a later fragment with reserved bits", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(1, RESERVED_BITS | MORE), L4, DATA(64)) },
	{ "a later fragment with the reserved byte set", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT_RESERVED(1, MORE, 1), L4, DATA(64)) },
	{ "a later fragment with a reserved byte beyond the frame", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT_RESERVED(1, MORE, 255), L4, DATA(64)) },
	{ "a later fragment behind hop-by-hop", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, HOP(0), FRAGMENT(100, LAST), L4, DATA(64)) },
	{ "a later fragment behind a long hop-by-hop header", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, HOP(9), FRAGMENT(100, LAST), L4, DATA(64)) },
	{ "a later fragment with nothing in it", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(1, LAST), NEXT_IS_L4) },
	{ "a later fragment with one byte in it", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(1, LAST), L4, KEEP(1)) },
	{ "a later fragment that spells destination options", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(1, LAST), DEST(0), L4, DATA(64)) },
	{ "a later fragment that spells a fragment header", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(1, LAST), FRAGMENT(0, MORE), L4, DATA(64)) },
	{ "a later fragment that spells 20 headers", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(1, LAST), HEADERS(IPPROTO_DSTOPTS, 0, 20), L4, DATA(64)) },
	{ "a later fragment of ICMPv6", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(1, LAST), NEXT(IPPROTO_ICMPV6), DATA(64)) },
	{ "a later fragment header of 7 bytes", DROP(TRUNCATED),
	  PACKET(IPV6, FRAGMENT(1, LAST), KEEP(7)) },
	{ "a later fragment header of which the payload has 7 bytes", DROP(PAST_PAYLOAD),
	  PACKET(IPV6, FRAGMENT(1, LAST), KEEP(7), PAYLOAD_ENDS, DATA(1), L4, DATA(64)) },
	{ "a later fragment whose frame is shorter than its payload", DROP(TRUNCATED),
	  PACKET(IPV6_PLUS(1), FRAGMENT(1, LAST), L4, DATA(64)) },
};

/* One or two headers that a fragment header may be hidden behind. */
struct cover {
	const char *name;
	struct piece first, second;
};

static const struct cover covers[] = {
	{ "destination options", DEST(0), NOTHING },
	{ "long destination options", DEST(5), NOTHING },
	{ "routing", ROUTING(2), NOTHING },
	{ "AH", AUTH(4), NOTHING },
	{ "a fragment header", FRAGMENT(0, MORE), NOTHING },
	{ "an atomic fragment header", FRAGMENT(0, LAST), NOTHING },
	{ "hop-by-hop and destination options", HOP(0), DEST(0) },
	{ "hop-by-hop and routing", HOP(0), ROUTING(2) },
	{ "hop-by-hop and AH", HOP(0), AUTH(1) },
	{ "hop-by-hop and a fragment header", HOP(0), FRAGMENT(0, MORE) },
	{ "destination options and hop-by-hop", DEST(0), HOP(0) },
	{ "routing and hop-by-hop", ROUTING(2), HOP(0) },
	{ "a fragment header and hop-by-hop", FRAGMENT(0, MORE), HOP(0) },
	{ "a fragment header and destination options", FRAGMENT(0, MORE), DEST(0) },
	{ "14 destination options headers", HEADERS(IPPROTO_DSTOPTS, 0, 14), NOTHING },
};

/* Dropped at every offset, whatever is in the fragment and also if it is all there. */
static void add_hidden_fragments(struct table *t)
{
	static const struct {
		const char *name;
		struct piece fragment;
	} hidden[] = {
		{ "an atomic fragment", FRAGMENT(0, LAST) },
		{ "a first fragment", FRAGMENT(0, MORE) },
		{ "a first fragment with the reserved byte set", FRAGMENT_RESERVED(0, MORE, 1) },
		{ "a later fragment", FRAGMENT(1, MORE) },
		{ "the last fragment", FRAGMENT(ANY_OFFSET, LAST) },
	};

	for (size_t c = 0; c < sizeof(covers) / sizeof(*covers); c++) {
		for (size_t h = 0; h < sizeof(hidden) / sizeof(*hidden); h++) {
			struct row row = {
				.sentence = table_format(t, "%s behind %s", hidden[h].name,
							 covers[c].name),
				.expected = DROP(HIDDEN_FRAGMENT),
				.packet = PIECES(IPV6, covers[c].first, covers[c].second,
						 hidden[h].fragment, L4, DATA(64)),
				.links = ON(LINK_PLAIN) | ON(LINK_RAW),
			};

			table_add_copy(t, row);
		}
	}
}

static const struct row hidden_fragments[] = {
	{ "a hidden first fragment without ports", DROP(HIDDEN_FRAGMENT),
	  PACKET(IPV6, DEST(0), FRAGMENT(0, MORE), NEXT_IS_L4) },
	{ "a hidden later fragment without payload", DROP(HIDDEN_FRAGMENT),
	  PACKET(IPV6, ROUTING(0), FRAGMENT(1, LAST), NEXT_IS_L4) },
	{ "a hidden fragment of ICMPv6", DROP(HIDDEN_FRAGMENT),
	  PACKET(IPV6, DEST(0), FRAGMENT(0, MORE), NEXT(IPPROTO_ICMPV6), DATA(64)) },
	{ "a hidden fragment header of 7 bytes", DROP(TRUNCATED),
	  PACKET(IPV6, DEST(0), FRAGMENT(0, MORE), KEEP(7)) },
	{ "a hidden fragment header of which the payload has 7 bytes", DROP(PAST_PAYLOAD),
	  PACKET(IPV6, DEST(0), FRAGMENT(0, MORE), KEEP(7), PAYLOAD_ENDS, DATA(1), L4) },
	{ "a second fragment header of 7 bytes", DROP(SHORT_FRAGMENT),
	  PACKET(IPV6, FRAGMENT(0, MORE), FRAGMENT(0, MORE), KEEP(7)) },
	{ "a fragment header behind 15 destination options headers", DROP(MANY_HEADERS),
	  PACKET(IPV6, HEADERS(IPPROTO_DSTOPTS, 0, 15), FRAGMENT(0, MORE), L4, DATA(64)) },
};

void rows_fragment(struct table *t)
{
	table_add_rows(t, ROWS(first_fragments));
	table_add_rows(t, ROWS(short_fragments));
	table_add_rows(t, ROWS(later_fragments));
	table_add_rows(t, ROWS(hidden_fragments));
	add_hidden_fragments(t);
}
