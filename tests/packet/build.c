// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build.h"

#include <assert.h>
#include <stdbool.h>

#define IPV6_HEADER 40
#define TCP_SYN 0x02
#define NOWHERE SIZE_MAX
#define MAX_NESTED 2

struct builder {
	struct frame *frame;
	const struct variant *v;
	size_t next;  /* the "next" field that waits for the piece that follows */
	size_t type;  /* the ethertype field that does */
	size_t piece; /* where the latest piece starts */
	size_t payload_end;
	size_t jumbo; /* where a jumbo option's value lies */
	int32_t jumbo_plus;
	int nested;
	struct {
		size_t at;
		const struct piece *piece;
	} ipv6[MAX_NESTED];
};

static void put16(uint8_t *to, uint16_t value)
{
	to[0] = value >> 8;
	to[1] = value & 0xff;
}

static void put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value & 0xffff);
}

/* Starts a piece of size bytes, all of them decoys so far. */
static uint8_t *append(struct builder *b, size_t size)
{
	struct frame *frame = b->frame;
	uint8_t *start = frame->bytes + frame->length;

	assert(frame->length + size <= FRAME_MAX);
	for (size_t i = 0; i < size; i++)
		start[i] = i % 2 ? b->v->decoy & 0xff : b->v->decoy >> 8;
	b->piece = frame->length;
	frame->length += size;
	return start;
}

static void announce_type(struct builder *b, uint16_t ethertype)
{
	if (b->type != NOWHERE)
		put16(b->frame->bytes + b->type, ethertype);
	b->type = NOWHERE;
}

static void announce_next(struct builder *b, uint8_t protocol)
{
	if (b->next != NOWHERE)
		b->frame->bytes[b->next] = protocol;
	b->next = NOWHERE;
}

static void add_ethernet(struct builder *b)
{
	append(b, ETH_HLEN);
	b->type = b->piece + 2 * ETH_ALEN;
}

static void add_tag(struct builder *b, const struct piece *p)
{
	announce_type(b, p->value);
	put16(append(b, 4), p->amount);
	b->type = b->piece + 2;
}

static void add_ipv6(struct builder *b, const struct piece *p)
{
	uint8_t *ip;

	announce_type(b, ETH_P_IPV6);
	announce_next(b, IPPROTO_IPV6);
	ip = append(b, IPV6_HEADER);
	ip[0] = p->value << 4 | 0xb; /* some traffic class: not part of the version */
	b->next = b->piece + 6;
	if (b->nested == 0)
		b->frame->ip = b->piece;
	assert(b->nested < MAX_NESTED);
	b->ipv6[b->nested].at = b->piece;
	b->ipv6[b->nested++].piece = p;
}

static void add_ipv4(struct builder *b)
{
	uint8_t *ip;

	announce_type(b, ETH_P_IP);
	announce_next(b, IPPROTO_IPIP);
	ip = append(b, 20);
	ip[0] = 0x45;
	b->next = b->piece + 9;
}

static void add_header(struct builder *b, const struct piece *p)
{
	size_t size = p->type == IPPROTO_AH ? (p->length + 2u) * 4 : (p->length + 1u) * 8;

	announce_next(b, p->type);
	append(b, size)[1] = p->length;
	b->next = b->piece;
}

static void add_fragment(struct builder *b, const struct piece *p)
{
	uint8_t *fragment;

	announce_next(b, IPPROTO_FRAGMENT);
	fragment = append(b, 8);
	fragment[1] = p->length;
	put16(fragment + 2, p->value);
	b->next = b->piece;
}

static void add_jumbo(struct builder *b, const struct piece *p)
{
	uint8_t *hop;

	announce_next(b, IPPROTO_HOPOPTS);
	hop = append(b, (p->count + 1) * 8);
	hop[1] = p->count;
	hop[2] = p->type;
	hop[3] = p->length;
	b->jumbo = b->piece + 4;
	b->jumbo_plus = p->amount;
	b->next = b->piece;
}

static void add_l4(struct builder *b, const struct piece *p)
{
	bool tcp = b->v->protocol == IPPROTO_TCP;
	uint8_t *l4;

	announce_next(b, b->v->protocol);
	l4 = append(b, tcp ? 20 : 8);
	put16(l4 + 2, p->value == TO_TARGET ? b->v->target : b->v->decoy);
	if (tcp)
		put16(l4 + 12, 5 << 12 | TCP_SYN);
}

static void keep(struct builder *b, size_t size)
{
	b->frame->length = b->piece + size;
	if (b->next != NOWHERE && b->next >= b->frame->length)
		b->next = NOWHERE;
	if (b->type != NOWHERE && b->type >= b->frame->length)
		b->type = NOWHERE;
}

static void add(struct builder *b, const struct piece *p)
{
	switch (p->kind) {
	case PIECE_ETHERNET:
		return add_ethernet(b);
	case PIECE_TAG:
		return add_tag(b, p);
	case PIECE_TYPE:
		return announce_type(b, p->value);
	case PIECE_IPV6:
	case PIECE_IPV6_FORCED:
		return add_ipv6(b, p);
	case PIECE_IPV4:
		return add_ipv4(b);
	case PIECE_HEADER:
		for (uint32_t i = 0; i < p->count; i++)
			add_header(b, p);
		return;
	case PIECE_FRAGMENT:
		return add_fragment(b, p);
	case PIECE_SEGMENTS_LEFT:
		b->frame->bytes[b->piece + 3] = p->amount;
		return;
	case PIECE_JUMBO:
		return add_jumbo(b, p);
	case PIECE_NEXT:
		return announce_next(b, p->value ? b->v->protocol : p->type);
	case PIECE_L4:
		return add_l4(b, p);
	case PIECE_DATA:
		append(b, p->amount);
		return;
	case PIECE_FILL:
		append(b, b->frame->ip + IPV6_HEADER + p->amount - b->frame->length);
		return;
	case PIECE_KEEP:
		return keep(b, p->amount);
	case PIECE_PAYLOAD_ENDS:
		b->payload_end = b->frame->length;
		return;
	case PIECE_END:
		return;
	}
}

/* Fills in the lengths, which are known only now. */
static void settle(struct builder *b)
{
	struct frame *frame = b->frame;
	size_t end = b->payload_end == NOWHERE ? frame->length : b->payload_end;

	announce_next(b, IPPROTO_NONE);
	for (int i = 0; i < b->nested; i++) {
		size_t at = b->ipv6[i].at;
		const struct piece *p = b->ipv6[i].piece;
		int32_t right = end - at - IPV6_HEADER;
		int32_t given = p->kind == PIECE_IPV6 ? right + p->amount : p->amount;

		if (at + IPV6_HEADER <= frame->length)
			put16(frame->bytes + at + 4, given);
	}
	if (b->jumbo != NOWHERE)
		put32(frame->bytes + b->jumbo, end - frame->ip - IPV6_HEADER + b->jumbo_plus);
}

void frame_build(struct frame *frame, const struct piece *link, const struct piece *packet,
		 const struct variant *v)
{
	struct builder b = {
		.frame = frame,
		.v = v,
		.next = NOWHERE,
		.type = NOWHERE,
		.payload_end = NOWHERE,
		.jumbo = NOWHERE,
	};

	frame->length = 0;
	frame->ip = 0;
	for (const struct piece *p = link; p && p->kind != PIECE_END; p++)
		add(&b, p);
	for (const struct piece *p = packet; p->kind != PIECE_END; p++)
		add(&b, p);
	settle(&b);
}

void frame_set_payload_length(struct frame *frame, uint16_t bytes)
{
	if (frame->ip + 6 <= frame->length)
		put16(frame->bytes + frame->ip + 4, bytes);
}
