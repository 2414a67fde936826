// SPDX-License-Identifier: LGPL-2.1-or-later
/* Packets cut behind every byte, by the frame, by the payload length, or by both. */
#include <stdbool.h>
#include <stdio.h>
#include "rows.h"

#define CUT_TO 120
#define IPV6_HEADER 40

/* A chain in front of the transport header. */
struct shape {
	const char *name;
	const struct piece *packet;
	size_t chain;	 /* bytes between IPv6 and the transport header */
	bool hop_by_hop; /* payload length 0 makes it a jumbogram */
	bool fragment;	 /* the first header is a fragment header */
};

static const struct shape shapes[] = {
	{ "a plain packet", PIECES(IPV6, L4, DATA(128)), .chain = 0 },
	{ "a packet with destination options", PIECES(IPV6, DEST(1), L4, DATA(128)), .chain = 16 },
	{ "a packet with hop-by-hop and AH", PIECES(IPV6, HOP(0), AUTH(1), L4, DATA(128)),
	  .chain = 20, .hop_by_hop = true },
	{ "a first fragment", PIECES(IPV6, FRAGMENT(0, MORE), L4, DATA(128)), .chain = 8,
	  .fragment = true },
	{ "a first fragment with destination options",
	  PIECES(IPV6, FRAGMENT(0, MORE), DEST(0), L4, DATA(128)), .chain = 16, .fragment = true },
};

struct cut_test {
	const struct shape *shape;
	enum link link;
	struct variant v;
};

static struct outcome dropped(enum reason reason)
{
	return (struct outcome){ XDP_DROP, reason };
}

/* What becomes of a packet of whose payload so many bytes exist. */
static struct outcome payload_outcome(const struct cut_test *test, size_t payload,
				      enum reason missing)
{
	const struct shape *shape = test->shape;
	bool tcp = test->v.protocol == IPPROTO_TCP;
	size_t l4 = !tcp ? 8 : shape->fragment ? 14 : 20;

	if (payload == 0 && shape->hop_by_hop)
		return dropped(REASON_JUMBOGRAM);
	if (payload >= shape->chain + l4)
		return port_outcome(test->v.protocol, test->v.target);
	if (shape->fragment && payload >= 8)
		return dropped(REASON_SHORT_FRAGMENT);
	return dropped(missing);
}

static void build(struct frame *frame, const struct cut_test *test)
{
	link_build(frame, test->link, test->shape->packet, &test->v);
}

static void check(struct firewall *fw, const struct cut_test *test, const struct frame *frame,
		  struct outcome expected, size_t cut)
{
	char where[32];

	snprintf(where, sizeof(where), "cut behind byte %zu: ", cut);
	expect_outcome(link_run(fw, test->link, frame), expected, frame->bytes, frame->length,
		       where);
}

static void cut_frame(void **state)
{
	static struct frame frame;
	const struct cut_test *test = *state;
	struct firewall *fw = usual_firewall();

	for (size_t cut = RUN_MIN; cut <= CUT_TO; cut++) {
		build(&frame, test);
		frame.length = cut;
		check(fw, test, &frame, dropped(REASON_TRUNCATED), cut);
	}
}

static void cut_frame_and_payload(void **state)
{
	static struct frame frame;
	const struct cut_test *test = *state;
	struct firewall *fw = usual_firewall();

	for (size_t cut = RUN_MIN; cut <= CUT_TO; cut++) {
		struct outcome expected = dropped(REASON_TRUNCATED);
		size_t payload;

		build(&frame, test);
		frame.length = cut;
		payload = frame.ip + IPV6_HEADER;
		if (cut >= payload) {
			payload = cut - payload;
			frame_set_payload_length(&frame, payload);
			expected = payload_outcome(test, payload, REASON_TRUNCATED);
		}
		check(fw, test, &frame, expected, cut);
	}
}

static void cut_payload(void **state)
{
	static struct frame frame;
	const struct cut_test *test = *state;
	struct firewall *fw = usual_firewall();

	for (size_t payload = 0; payload <= CUT_TO; payload++) {
		struct outcome expected = payload_outcome(test, payload, REASON_PAST_PAYLOAD);

		build(&frame, test);
		frame_set_payload_length(&frame, payload);
		check(fw, test, &frame, expected, payload);
	}
}

static void add_cuts(struct table *t, const struct cut_test *test)
{
	static const struct {
		const char *name;
		CMUnitTestFunction run;
	} cuts[] = {
		{ "its frame cut behind every byte", cut_frame },
		{ "its frame and its payload length cut behind every byte", cut_frame_and_payload },
		{ "its payload length cut behind every byte", cut_payload },
	};

	for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
		struct cut_test *copy = table_alloc(t, sizeof(*copy));

		*copy = *test;
		table_add(t,
			  table_format(t, "%s, %s (%s, %s, %s)", test->shape->name, cuts[i].name,
				       protocol_name(test->v.protocol),
				       test->v.target == OPEN_PORT ? "open" : "closed",
				       link_name(test->link)),
			  cuts[i].run, copy);
	}
}

void rows_cut(struct table *t)
{
	static const struct variant variants[] = {
		{ IPPROTO_TCP, OPEN_PORT, CLOSED_PORT },
		{ IPPROTO_TCP, CLOSED_PORT, OPEN_PORT },
		{ IPPROTO_UDP, OPEN_PORT, CLOSED_PORT },
		{ IPPROTO_UDP, CLOSED_PORT, OPEN_PORT },
	};

	for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++)
		for (enum link link = 0; link < LINK_WHOLE; link++)
			for (size_t v = 0; v < 4; v++)
				add_cuts(t, &(struct cut_test){ &shapes[s], link, variants[v] });
}
