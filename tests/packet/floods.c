// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a flood must not change, besides verdicts and counters: who listens, hears. */
#include "rows.h"

#define MANY 1000
#define MOST 10000 /* times so many, which last longer than any jiffy */

static const struct variant flooded_ports[] = {
	{ IPPROTO_TCP, CLOSED_PORT, OPEN_PORT },
	{ IPPROTO_UDP, CLOSED_PORT, OPEN_PORT },
};

struct stream {
	struct firewall *fw;
	uint64_t (*drop_often)(struct firewall *fw, const struct frame *frame, uint32_t times);
	struct frame frame;
	const struct variant *v;
};

/* Drops many, and returns how many of them were heard of. */
static uint64_t drop_many(const struct stream *s, uint64_t *dropped)
{
	uint64_t before = firewall_hits(s->fw, s->v->protocol, s->v->target);

	*dropped = s->drop_often(s->fw, &s->frame, MANY);
	assert_true(*dropped > MANY / 2);
	return firewall_hits(s->fw, s->v->protocol, s->v->target) - before;
}

/* From the next jiffy on, that is; the first one that is heard of shows that it has come. */
static void expect_all_heard(const struct stream *s)
{
	uint64_t heard = 0, dropped;

	firewall_flood(s->fw);
	firewall_count_ports(s->fw, true);
	for (int i = 0; i < MOST && !heard; i++)
		heard = drop_many(s, &dropped);
	assert_true(heard > 0);
	for (int i = 0; i < 100; i++) {
		heard = drop_many(s, &dropped);
		assert_int_equal(heard, dropped);
	}
	firewall_count_ports(s->fw, false);
	assert_int_equal(drop_many(s, &dropped), 0);
}

static void who_listens_hears_of_every_drop(void **state)
{
	static struct stream s;

	s.v = *state;
	s.fw = usual_firewall();
	link_build(&s.frame, LINK_PLAIN, PIECES(IPV6, L4), s.v);
	for (int i = 0; i < 2; i++) {
		s.drop_often = xdp_drop_often;
		expect_all_heard(&s);
		s.drop_often = guard_drop_often;
		expect_all_heard(&s);
		firewall_ports(s.fw)[entry_of(s.v->protocol, s.v->target)] = ENTRY_IN_USE;
		firewall_sum_up(s.fw);
	}
}

void floods(struct table *t)
{
	for (size_t i = 0; i < sizeof(flooded_ports) / sizeof(*flooded_ports); i++)
		table_add(t,
			  table_format(t, "who listens hears of every drop in a flood (%s)",
				       protocol_name(flooded_ports[i].protocol)),
			  who_listens_hears_of_every_drop, (void *)&flooded_ports[i]);
}
