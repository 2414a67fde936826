// SPDX-License-Identifier: LGPL-2.1-or-later
/* Frames of more than a page, and super-packets longer than a payload length can say. */
#include <stdio.h>
#include "rows.h"

/* The kernel leaves the linear part about 3,500 bytes; around there lie borders. */
#define BORDER_FROM 3360
#define BORDER_TO 3600

/* More than the payload length field can say. */
#define SUPER 65536

#define JUMBO_RIGHT JUMBO(JUMBO_OPTION, 4, 0)

static const struct row rows[] = {
	{ "a frame of 9,000 bytes", BY_PORT, PACKET(IPV6, L4, DATA(8900)) },
	{ "a frame of 9,000 bytes with extension headers", BY_PORT,
	  PACKET(IPV6, HOP(0), DEST(3), L4, DATA(8900)) },
	{ "the transport header in the second page", BY_PORT,
	  PACKET(IPV6, DEST(255), DEST(255), L4, DATA(64)) },
	{ "the transport header in the second page behind AH", BY_PORT,
	  PACKET(IPV6, HEADERS(IPPROTO_AH, 255, 5), L4, DATA(64)) },
	{ "the transport header in the last of many pages", BY_PORT,
	  PACKET(IPV6, HEADERS(IPPROTO_DSTOPTS, 255, 15), L4) },
	{ "a first fragment with its transport header in the second page", BY_PORT,
	  PACKET(IPV6, FRAGMENT(0, MORE), DEST(255), DEST(255), L4, DATA(64)) },
	{ "a fragment header hidden in the second page", DROP(HIDDEN_FRAGMENT),
	  PACKET(IPV6, DEST(255), DEST(255), FRAGMENT(0, MORE), L4, DATA(64)) },
	{ "a later fragment header in the second page", PASS(LATER_FRAGMENT),
	  PACKET(IPV6, HOP(255), HOP(255), FRAGMENT(1, MORE), L4, DATA(64)) },
	{ "16 headers across many pages", DROP(MANY_HEADERS),
	  PACKET(IPV6, HEADERS(IPPROTO_DSTOPTS, 255, 16), L4, DATA(64)) },
	{ "another protocol in the second page", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6, DEST(255), DEST(255), HEADER(IPPROTO_SCTP, 0), L4, DATA(64)) },
	{ "a transport header in the second page that is cut off", DROP(TRUNCATED),
	  PACKET(IPV6, DEST(255), DEST(255), L4, KEEP(7)) },
	{ "a transport header in the second page behind the payload", DROP(PAST_PAYLOAD),
	  PACKET(IPV6, DEST(255), DEST(255), PAYLOAD_ENDS, L4, DATA(64)) },
	{ "a short payload in a frame of many pages", BY_PORT,
	  PACKET(IPV6, L4, PAYLOAD_ENDS, L4_DECOY, DATA(9000)) },
	{ "a payload length one byte too long for many pages", DROP(TRUNCATED),
	  PACKET(IPV6_PLUS(1), L4, DATA(9000)) },

	{ "the largest payload that its length field can say", BY_PORT,
	  PACKET(IPV6, DEST(0), L4, FILL_UP_TO(65535)) },
	{ "a large frame with a small payload", BY_PORT,
	  PACKET(IPV6, DEST(0), L4, PAYLOAD_ENDS, L4_DECOY, FILL_UP_TO(69000)) },
	{ "a super-packet, the shortest", BY_PORT,
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet, one byte longer", BY_PORT,
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, L4, FILL_UP_TO(SUPER + 1)) },
	{ "a super-packet of 69,000 bytes", BY_PORT,
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, L4, FILL_UP_TO(69000)) },
	{ "a super-packet with extension headers", BY_PORT,
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, DEST(1), ROUTING(2), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with 15 headers", BY_PORT,
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, HEADERS(IPPROTO_DSTOPTS, 0, 14), L4,
		 FILL_UP_TO(SUPER)) },
	{ "a super-packet with 16 headers", DROP(MANY_HEADERS),
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, HEADERS(IPPROTO_DSTOPTS, 0, 15), L4,
		 FILL_UP_TO(SUPER)) },
	{ "a super-packet of another protocol", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, HEADER(IPPROTO_SCTP, 0), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with a hidden fragment header", DROP(HIDDEN_FRAGMENT),
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, DEST(0), FRAGMENT(0, MORE), L4, FILL_UP_TO(SUPER)) },
	{ "a jumbogram one byte short of a super-packet", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, L4, FILL_UP_TO(SUPER - 1)) },
	{ "a jumbogram of 65,500 bytes", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, L4, FILL_UP_TO(65500)) },
	{ "a jumbogram of 1,500 bytes", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, L4, FILL_UP_TO(1460)) },
	{ "a super-packet whose option is one too small", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(JUMBO_OPTION, 4, -1), L4, FILL_UP_TO(SUPER + 8)) },
	{ "a super-packet whose option is one too large", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(JUMBO_OPTION, 4, 1), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet whose option counts the IPv6 header", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(JUMBO_OPTION, 4, 40), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet whose option leaves out the hop-by-hop header", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(JUMBO_OPTION, 4, -8), L4, FILL_UP_TO(SUPER + 8)) },
	{ "a super-packet whose option is 65,536 too large", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(JUMBO_OPTION, 4, 65536), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet whose option is 65,536 too small", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(JUMBO_OPTION, 4, -65536), L4, FILL_UP_TO(SUPER + 64)) },
	{ "a super-packet with trailing bytes", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO_RIGHT, L4, FILL_UP_TO(SUPER), PAYLOAD_ENDS, DATA(2)) },
	{ "a super-packet with option 0xc3", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(0xc3, 4, 0), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with option 0x02", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(0x02, 4, 0), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with PadN for an option", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(1, 4, 0), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with an option of 2 bytes", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(JUMBO_OPTION, 2, 0), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with an option of 6 bytes", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO(JUMBO_OPTION, 6, 0), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with a hop-by-hop header of 16 bytes", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), JUMBO_IN(1, JUMBO_OPTION, 4, 0), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with a hop-by-hop header without an option", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), HOP(0), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with the option in its second header", DROP(JUMBOGRAM),
	  PACKET(IPV6_LENGTH(0), HOP(0), JUMBO_RIGHT, L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet without a hop-by-hop header", DROP(PAST_PAYLOAD),
	  PACKET(IPV6_LENGTH(0), L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with destination options in front of the option", DROP(PAST_PAYLOAD),
	  PACKET(IPV6_LENGTH(0), DEST(0), JUMBO_RIGHT, L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with a payload length, which counts", BY_PORT,
	  PACKET(IPV6_LENGTH(65535), JUMBO_RIGHT, L4, FILL_UP_TO(SUPER)) },
	{ "a super-packet with a short payload length, which counts", DROP(PAST_PAYLOAD),
	  PACKET(IPV6_LENGTH(15), JUMBO_RIGHT, L4, FILL_UP_TO(SUPER)) },
};

/* Each has its headers some bytes nearer to the end of the linear part, or behind it. */
static void add_borders(struct table *t)
{
	for (int behind = BORDER_FROM; behind <= BORDER_TO; behind += 8) {
		struct row row = {
			.sentence = table_format(t, "the transport header %d bytes behind IPv6",
						 behind),
			.expected = BY_PORT,
			.packet = PIECES(IPV6, DEST(127), ROUTING(127),
					 DEST((behind - 2048) / 8 - 2), HOP(0), L4, DATA(4096)),
			.links = ON(LINK_PLAIN) | ON(LINK_TAGGED) | ON(LINK_RAW),
		};

		table_add_copy(t, row);
	}
}

static void split_everywhere(enum link link, const struct piece *packet, const struct variant *v)
{
	static struct frame frame;
	struct firewall *fw = usual_firewall();

	link_build(&frame, link, packet, v);
	for (uint32_t linear = 0; linear <= frame.length; linear++) {
		char where[48];

		snprintf(where, sizeof(where), "linear part of %u bytes: ", linear);
		expect_outcome(firewall_run(fw, LINK_ETHERNET, frame.bytes, frame.length, linear),
			       port_outcome(v->protocol, v->target), frame.bytes, frame.length,
			       where);
	}
}

static void split_plain_packet(void **state)
{
	split_everywhere(LINK_PLAIN, PIECES(IPV6, L4), *state);
}

static void split_extended_packet(void **state)
{
	split_everywhere(LINK_DOUBLE, PIECES(IPV6, HOP(0), DEST(1), L4), *state);
}

static void add_splits(struct table *t)
{
	static struct variant variants[] = {
		{ IPPROTO_TCP, OPEN_PORT, CLOSED_PORT },
		{ IPPROTO_TCP, CLOSED_PORT, OPEN_PORT },
		{ IPPROTO_UDP, OPEN_PORT, CLOSED_PORT },
		{ IPPROTO_UDP, CLOSED_PORT, OPEN_PORT },
	};

	for (size_t i = 0; i < sizeof(variants) / sizeof(*variants); i++) {
		const char *protocol = protocol_name(variants[i].protocol);
		const char *port = variants[i].target == OPEN_PORT ? "open" : "closed";

		table_add(t,
			  table_format(t, "a plain packet split behind every byte (%s, %s)",
				       protocol, port),
			  split_plain_packet, &variants[i]);
		table_add(t,
			  table_format(t, "two tags, two headers, split behind every byte (%s, %s)",
				       protocol, port),
			  split_extended_packet, &variants[i]);
	}
}

void rows_large(struct table *t)
{
	table_add_rows(t, ROWS(rows));
	add_borders(t);
	add_splits(t);
}
