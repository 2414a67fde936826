// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Random packets, most of them nearly right, through the data plane and the model.
 * NETFWV6_SEED and NETFWV6_ROUNDS choose others, or more of them.
 */
#include <inttypes.h>
#include "model.h"
#include "random.h"
#include "rows.h"

#define DEFAULT_SEED 20010917
#define DEFAULT_ROUNDS 200000
#define MAX_PIECES 48

static uint8_t random_length_field(struct random *r)
{
	return chance(r, 80) ? below(r, 4) : chance(r, 80) ? below(r, 32) : below(r, 256);
}

static uint8_t random_number(struct random *r)
{
	static const uint8_t known[] = {
		IPPROTO_HOPOPTS,
		IPPROTO_TCP,
		IPPROTO_UDP,
		IPPROTO_IPV6,
		IPPROTO_ROUTING,
		IPPROTO_FRAGMENT,
		IPPROTO_ESP,
		IPPROTO_AH,
		IPPROTO_NONE,
		IPPROTO_DSTOPTS,
		IPPROTO_ICMPV6,
		IPPROTO_SCTP,
		IPPROTO_MH,
		139,
		140,
		253,
	};

	return chance(r, 70) ? known[below(r, sizeof(known))] : below(r, 256);
}

static struct piece random_fragment(struct random *r)
{
	uint16_t offset = chance(r, 60) ? 0 : chance(r, 50) ? 1 : below(r, 8192);

	return (struct piece)FRAGMENT_RESERVED(offset, below(r, 8), random_length_field(r));
}

static struct piece random_header(struct random *r)
{
	static const uint8_t types[] = { IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS,
					 IPPROTO_AH };

	if (chance(r, 12))
		return random_fragment(r);
	return (struct piece)HEADER(types[below(r, sizeof(types))], random_length_field(r));
}

static struct piece random_ipv6(struct random *r)
{
	switch (below(r, 12)) {
	case 0:
		return (struct piece)IPV6_PLUS((int)below(r, 64) - 32);
	case 1:
		return (struct piece)IPV6_PLUS((int)below(r, 5) - 2);
	case 2:
		return (struct piece)IPV6_LENGTH(below(r, chance(r, 90) ? 128 : 65536));
	case 3:
		return (struct piece)IPV6_LENGTH(0);
	case 4:
		if (chance(r, 20))
			return (struct piece)IPV6_VERSION(below(r, 16));
		return (struct piece)IPV6;
	default:
		return (struct piece)IPV6;
	}
}

static size_t random_link(struct random *r, struct piece *p)
{
	size_t n = 0, tags = chance(r, 50) ? 0 : below(r, 4);

	p[n++] = (struct piece)ETHERNET;
	for (size_t i = 0; i < tags; i++)
		p[n++] = (struct piece)TAG(chance(r, 70) ? ETH_P_8021Q : ETH_P_8021AD,
					   chance(r, 50) ? 0 : below(r, 65536));
	if (chance(r, 2))
		p[n++] = (struct piece)TYPE(below(r, 65536));
	return n;
}

static size_t random_headers(struct random *r, struct piece *p)
{
	size_t n = 0, count = below(r, chance(r, 80) ? 4 : 19);

	if (count > 12) {
		for (; n < count; n++)
			p[n] = (struct piece)DEST(chance(r, 97) ? 0 : random_length_field(r));
		p[below(r, n)] = random_header(r);
		return n;
	}
	for (; n < count; n++)
		p[n] = n == 0 && chance(r, 15) ? random_fragment(r) : random_header(r);
	return n;
}

/* The transport header, whole or in part, or something else. */
static size_t random_end(struct random *r, struct piece *p)
{
	size_t n = 0;

	if (chance(r, 15))
		p[n++] = (struct piece)NEXT(random_number(r));
	if (chance(r, 95))
		p[n++] = (struct piece)L4;
	if (chance(r, 15))
		p[n++] = (struct piece)KEEP(below(r, 20));
	if (chance(r, 15))
		p[n++] = (struct piece)PAYLOAD_ENDS;
	p[n++] = (struct piece)DATA(below(r, chance(r, 99) ? 80 : 9000));
	return n;
}

/* A super-packet or a near miss of one. */
static size_t random_super_packet(struct random *r, struct piece *p)
{
	size_t n = 0;

	p[n++] = (struct piece)IPV6_LENGTH(0);
	p[n++] = (struct piece)JUMBO_IN(
		chance(r, 10), chance(r, 10) ? random_number(r) : JUMBO_OPTION,
		chance(r, 10) ? below(r, 8) : 4, chance(r, 15) ? (int)below(r, 3) - 1 : 0);
	n += random_headers(r, p + n) % 3;
	p[n++] = (struct piece)L4;
	p[n++] = (struct piece)FILL_UP_TO(65535 + below(r, 3));
	return n;
}

static void random_pieces(struct random *r, struct piece pieces[MAX_PIECES], enum link_type type)
{
	size_t n = type == LINK_ETHERNET ? random_link(r, pieces) : 0;

	if (below(r, 500) == 0) {
		n += random_super_packet(r, pieces + n);
	} else {
		pieces[n++] = random_ipv6(r);
		n += random_headers(r, pieces + n);
		n += random_end(r, pieces + n);
	}
	pieces[n] = (struct piece){ .kind = PIECE_END };
}

static void mutate(struct random *r, struct frame *frame)
{
	if (chance(r, 15) && frame->length > RUN_MIN)
		frame->length = RUN_MIN + below(r, frame->length - RUN_MIN);
	if (chance(r, 20)) {
		for (unsigned int flips = 1 + below(r, 4); flips; flips--)
			frame->bytes[below(r, frame->length < 128 ? frame->length : 128)] ^=
				1 << below(r, 8);
	}
	while (frame->length < RUN_MIN)
		frame->bytes[frame->length++] = next_random(r);
}

static struct variant random_variant(struct random *r)
{
	static const uint16_t ports[] = { 0, 1, OPEN_PORT, CLOSED_PORT, 65535 };
	struct variant v = {
		.protocol = chance(r, 50) ? IPPROTO_TCP : IPPROTO_UDP,
		.target = chance(r, 50) ? ports[below(r, 5)] : below(r, 65536),
		.decoy = chance(r, 50) ? ports[below(r, 5)] : below(r, 65536),
	};

	return v;
}

static void random_round(struct random *r, unsigned int slot)
{
	static struct frame frame;
	struct piece pieces[MAX_PIECES];
	enum link_type type = chance(r, 60) ? LINK_ETHERNET : LINK_RAW_IP;
	struct variant v = random_variant(r);
	struct firewall *fw = firewall_of(slot);

	random_pieces(r, pieces, type);
	frame_build(&frame, NULL, pieces, &v);
	mutate(r, &frame);
	expect_outcome(firewall_run(fw, type, frame.bytes, frame.length, ALL_LINEAR),
		       model_outcome(frame.bytes, frame.length, type, firewall_ports(fw), slot),
		       frame.bytes, frame.length,
		       type == LINK_ETHERNET ? "Ethernet: " : "raw IP: ");
}

static void set_random_marks(struct random *r, struct firewall *fw)
{
	static struct mark_line lines[MARK_LINES];

	for (size_t i = 0; i < sizeof(lines); i++)
		((uint8_t *)lines)[i] = next_random(r);
	firewall_set_marks(fw, lines);
}

/* Each slot has a third of the rounds, and random bits in its tables, or none. */
static void random_packets_of_slot(void **state)
{
	unsigned int slot = *(unsigned int *)*state;
	uint64_t seed = setting("NETFWV6_SEED", DEFAULT_SEED);
	uint64_t rounds = setting("NETFWV6_ROUNDS", DEFAULT_ROUNDS) / 3;
	struct random r = { seed + slot };
	uint64_t *ports = firewall_ports(firewall_of(slot));

	print_message("# NETFWV6_SEED=%" PRIu64 ", %" PRIu64 " packets of slot %u\n", seed, rounds,
		      slot);
	for (size_t i = 0; i < PORT_ENTRIES; i++)
		ports[i] = chance(&r, 25) ? 0 : next_random(&r);
	firewall_sum_up(firewall_of(slot));
	set_random_marks(&r, firewall_of(slot));
	for (uint64_t i = 0; i < rounds; i++)
		random_round(&r, slot);
}

void random_packets(struct table *t)
{
	static unsigned int slots[] = { 0, 1, SLOT_MAX };

	for (size_t i = 0; i < sizeof(slots) / sizeof(*slots); i++)
		table_add(t,
			  table_format(t, "random packets agree with the model, slot %u", slots[i]),
			  random_packets_of_slot, &slots[i]);
}
