/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets, described piece by piece and assembled into bytes. Each header's "next"
 * field or ethertype is filled in by the piece that follows it.
 *
 * Every byte that has no other meaning spells a port, the decoy: a reader that looks
 * for the ports in the wrong place finds one there.
 */
#ifndef PACKET_BUILD_H
#define PACKET_BUILD_H

#include <stddef.h>
#include <stdint.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

/*
 * Spelled one behind the other, these two are extension headers as well, of the next
 * header 6 (TCP) or 17 (UDP): who reads a decoy as a header is led on to more decoys.
 */
#define OPEN_PORT 0x0611
#define CLOSED_PORT 0x1106

enum piece_kind {
	PIECE_END,
	PIECE_ETHERNET,
	PIECE_TAG,
	PIECE_TYPE,
	PIECE_IPV6,
	PIECE_IPV6_FORCED,
	PIECE_IPV4,
	PIECE_HEADER,
	PIECE_FRAGMENT,
	PIECE_SEGMENTS_LEFT,
	PIECE_JUMBO,
	PIECE_NEXT,
	PIECE_L4,
	PIECE_DATA,
	PIECE_FILL,
	PIECE_KEEP,
	PIECE_PAYLOAD_ENDS,
};

enum l4_port { TO_TARGET, TO_DECOY };

/* Use the macros below. */
struct piece {
	enum piece_kind kind;
	uint8_t type;	/* protocol number */
	uint8_t length; /* a header's length field; a fragment header's reserved byte */
	uint16_t value;
	int32_t amount;
	uint32_t count;
};

#define PIECES(...) ((const struct piece[]){ __VA_ARGS__, { .kind = PIECE_END } })

/* Link layer. TYPE gives a type to what follows, whatever it is. */
#define ETHERNET                                                                                   \
	{                                                                                          \
		.kind = PIECE_ETHERNET                                                             \
	}
#define TAG(ethertype, tci)                                                                        \
	{                                                                                          \
		.kind = PIECE_TAG, .value = (ethertype), .amount = (tci)                           \
	}
#define TYPE(ethertype)                                                                            \
	{                                                                                          \
		.kind = PIECE_TYPE, .value = (ethertype)                                           \
	}

/*
 * IPv6, with the right payload length, or one that is off by some bytes, or a given
 * one. The right one reaches to PAYLOAD_ENDS or else to the end of the frame.
 */
#define IPV6                                                                                       \
	{                                                                                          \
		.kind = PIECE_IPV6, .value = 6                                                     \
	}
#define IPV6_VERSION(version)                                                                      \
	{                                                                                          \
		.kind = PIECE_IPV6, .value = (version)                                             \
	}
#define IPV6_PLUS(bytes)                                                                           \
	{                                                                                          \
		.kind = PIECE_IPV6, .value = 6, .amount = (bytes)                                  \
	}
#define IPV6_LENGTH(bytes)                                                                         \
	{                                                                                          \
		.kind = PIECE_IPV6_FORCED, .value = 6, .amount = (bytes)                           \
	}
#define PAYLOAD_ENDS                                                                               \
	{                                                                                          \
		.kind = PIECE_PAYLOAD_ENDS                                                         \
	}
#define IPV4                                                                                       \
	{                                                                                          \
		.kind = PIECE_IPV4                                                                 \
	}

/* Extension headers with the given length field, in the unit of that header. */
#define HEADERS(number, l, n)                                                                      \
	{                                                                                          \
		.kind = PIECE_HEADER, .type = (number), .length = (l), .count = (n)                \
	}
#define HEADER(number, length) HEADERS(number, length, 1)
#define HOP(length) HEADER(IPPROTO_HOPOPTS, length)
#define ROUTING(length) HEADER(IPPROTO_ROUTING, length)
#define DEST(length) HEADER(IPPROTO_DSTOPTS, length)
#define AUTH(length) HEADER(IPPROTO_AH, length)

/* Of the routing header before. */
#define SEGMENTS_LEFT(n)                                                                           \
	{                                                                                          \
		.kind = PIECE_SEGMENTS_LEFT, .amount = (n)                                         \
	}

/* The offset counts units of 8 bytes; low holds the field's other bits. */
#define FRAGMENT_RESERVED(offset, low, reserved)                                                   \
	{                                                                                          \
		.kind = PIECE_FRAGMENT, .value = (offset) << 3 | (low), .length = (reserved)       \
	}
#define FRAGMENT(offset, low) FRAGMENT_RESERVED(offset, low, 0)
#define MORE 1
#define LAST 0

/*
 * A hop-by-hop header that starts with an option of the given type and length, whose
 * value is the length of the payload plus some bytes.
 */
#define JUMBO_IN(header_length, option, size, plus)                                                \
	{                                                                                          \
		.kind = PIECE_JUMBO, .type = (option), .length = (size), .amount = (plus),         \
		.count = (header_length)                                                           \
	}
#define JUMBO(option, size, plus) JUMBO_IN(0, option, size, plus)
#define JUMBO_OPTION 0xc2

/* Says what follows, whether it does or not. */
#define NEXT(number)                                                                               \
	{                                                                                          \
		.kind = PIECE_NEXT, .type = (number)                                               \
	}
#define NEXT_IS_L4                                                                                 \
	{                                                                                          \
		.kind = PIECE_NEXT, .value = 1                                                     \
	}

/* TCP or UDP, whichever the row is tried with. */
#define L4                                                                                         \
	{                                                                                          \
		.kind = PIECE_L4, .value = TO_TARGET                                               \
	}
#define L4_DECOY                                                                                   \
	{                                                                                          \
		.kind = PIECE_L4, .value = TO_DECOY                                                \
	}

#define NOTHING                                                                                    \
	{                                                                                          \
		.kind = PIECE_DATA, .amount = 0                                                    \
	}
#define DATA(bytes)                                                                                \
	{                                                                                          \
		.kind = PIECE_DATA, .amount = (bytes)                                              \
	}

/* As much data as the outer IPv6 header's payload lacks of that many bytes. */
#define FILL_UP_TO(bytes)                                                                          \
	{                                                                                          \
		.kind = PIECE_FILL, .amount = (bytes)                                              \
	}

/* Of the piece before, only the first bytes exist. */
#define KEEP(bytes)                                                                                \
	{                                                                                          \
		.kind = PIECE_KEEP, .amount = (bytes)                                              \
	}

/* What one description is tried with. */
struct variant {
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t target;  /* the destination port, host byte order */
	uint16_t decoy;
};

#define FRAME_MAX 73000

struct frame {
	size_t length;
	size_t ip; /* where the outer IPv6 header starts */
	uint8_t bytes[FRAME_MAX];
};

/* Assembles link, which may be NULL, and packet, one behind the other. */
void frame_build(struct frame *frame, const struct piece *link, const struct piece *packet,
		 const struct variant *v);

/* Overwrites the payload length of the outer IPv6 header, as far as the frame has it. */
void frame_set_payload_length(struct frame *frame, uint16_t bytes);

#endif
