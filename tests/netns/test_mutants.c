// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Frames that try to get past the firewall, with random changes: to a closed port
 * nothing may arrive. NETFWV6_SEED and NETFWV6_ROUNDS choose others, or more of them.
 */
#include <inttypes.h>
#include <linux/if_ether.h>
#include <string.h>

#include "random.h"
#include "wire.h"
#include "world.h"

#define DEFAULT_SEED 20010917
#define DEFAULT_ROUNDS 20000
#define LISTENS_TO 4 /* connections that nobody has accepted yet */

/* ---- Rows ------------------------------------------------------------------ */

static struct header random_header(struct random *r)
{
	static const uint8_t types[] = { IPPROTO_DSTOPTS, IPPROTO_DSTOPTS,  IPPROTO_ROUTING,
					 IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_HOPOPTS,
					 IPPROTO_AH };
	struct header h = { .n = chance(r, 90) ? 1 : 1 + below(r, 6) };

	h.type = chance(r, 97) ? types[below(r, sizeof(types))] : below(r, 255);
	h.length = h.type == IPPROTO_FRAGMENT && chance(r, 50) ? below(r, 256) :
		   chance(r, 85)			       ? below(r, 3) :
								 below(r, 30);
	h.left = chance(r, 5);
	return h;
}

static void random_headers(struct random *r, struct header *headers)
{
	size_t n = chance(r, 40) ? 0 : below(r, 4);

	memset(headers, 0, sizeof(((struct row *)0)->before));
	for (size_t i = 0; i < n; i++)
		headers[i] = random_header(r);
	if (n && chance(r, 30))
		headers[0] = (struct header){
			.n = 1,
			.type = IPPROTO_HOPOPTS,
			.length = below(r, 3),
		};
}

/* Fragments that cover the whole, in any order, some twice, some too long. */
static void random_cuts(struct random *r, struct row *row)
{
	uint16_t from = 0;

	memset(row->cuts, 0, sizeof(row->cuts));
	row->n_cuts = 1 + below(r, 4);
	for (size_t i = 0; i < row->n_cuts; i++) {
		uint16_t to = from + 8 * (1 + below(r, 6));

		row->cuts[i] = (struct cut){ .from = from, .to = to, .decoy = chance(r, 10) };
		row->cuts[i].bits = chance(r, 10) ? 2 * below(r, 4) : 0;
		row->cuts[i].reserved = chance(r, 20) ? below(r, 256) : 0;
		if (chance(r, 10) && from)
			row->cuts[i].from -= 8;
		from = to;
	}
	row->cuts[row->n_cuts - 1].to = 0;
	for (size_t i = 0; i < row->n_cuts && chance(r, 40); i++) {
		size_t other = below(r, row->n_cuts);
		struct cut cut = row->cuts[i];

		row->cuts[i] = row->cuts[other];
		row->cuts[other] = cut;
	}
}

/* A row of the table with some of it replaced. */
static struct row random_row(struct random *r)
{
	struct row row = rows[below(r, n_rows)];

	if (chance(r, 40))
		random_headers(r, row.before);
	if (chance(r, 25))
		random_cuts(r, &row);
	if (row.n_cuts && chance(r, 30))
		random_headers(r, row.behind);
	if (chance(r, 15)) {
		memset(row.tags, 0, sizeof(row.tags));
		for (size_t i = 0, n = below(r, 5); i < n; i++)
			row.tags[i] = chance(r, 50) ? ETH_P_8021Q : ETH_P_8021AD;
	}
	if (chance(r, 10))
		row.plus = (int)below(r, 129) - 64;
	if (chance(r, 5))
		row.no_length = !row.no_length;
	if (chance(r, 15))
		row.trailing = below(r, 100);
	return row;
}

/* ---- Mutants --------------------------------------------------------------- */

static void flip_bits(struct random *r, struct frame *frame)
{
	size_t reach = frame->length < 140 ? frame->length : 140;

	for (unsigned int n = 1 + below(r, 3); n; n--)
		frame->bytes[12 + below(r, reach - 12)] ^= 1 << below(r, 8);
	if (chance(r, 10))
		frame->length -= below(r, 40);
}

static void build_mutant(struct random *r, struct burst *burst, struct address *to)
{
	struct row row = random_row(r);

	*to = (struct address){ protocols[below(r, 2)], TARGET, next_id() };
	build(burst, &row, to);
	for (size_t i = 0; i < burst->n; i++)
		if (chance(r, 15))
			flip_bits(r, &burst->frames[i]);
}

/* How many of n mutants reach the target's sockets. */
static size_t send_mutants(struct random *r, size_t n)
{
	static struct burst burst;
	struct address to;
	size_t arrived = 0;

	for (size_t i = 0; i < n; i++) {
		build_mutant(r, &burst, &to);
		send_burst(&burst);
	}
	wait_for_wire();
	for (size_t p = 0; p < 2; p++)
		while (receive(p))
			arrived++;
	return arrived;
}

/* Again, one by one, from where the random numbers stood: those that arrive, or all. */
static void show_mutants(struct random begun, size_t n)
{
	static struct burst burst;
	struct random r = begun;
	struct address to;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		build_mutant(&r, &burst, &to);
		send_burst(&burst);
		wait_for_wire();
		for (size_t p = 0; p < 2; p++)
			while (receive(p)) {
				any = true;
				show(&burst);
			}
	}
	for (size_t i = 0; i < n && !any; i++) {
		build_mutant(&begun, &burst, &to);
		show(&burst);
	}
}

/* ---- The tests ------------------------------------------------------------- */

/* How many mutants of a closed port arrive. */
static size_t send_all_mutants(const char *mode)
{
	uint64_t seed = setting("NETFWV6_SEED", DEFAULT_SEED);
	uint64_t rounds = setting("NETFWV6_ROUNDS", DEFAULT_ROUNDS);
	struct random r = { seed };
	size_t arrived = 0;

	become_another_stranger();
	/* In small groups, as a socket holds only so many. */
	for (uint64_t i = 0; i < rounds; i += LISTENS_TO)
		arrived += send_mutants(&r, LISTENS_TO);
	print_message("# NETFWV6_SEED=%" PRIu64 ": without the firewall %zu of %" PRIu64
		      " mutants arrive\n",
		      seed, arrived, rounds);
	assert_true(arrived > rounds / 8);
	firewall_the_target(mode, false);
	r.state = seed;
	arrived = 0;
	for (uint64_t i = 0; i < rounds && !arrived; i += LISTENS_TO) {
		struct random begun = r;

		arrived = send_mutants(&r, LISTENS_TO);
		if (arrived)
			show_mutants(begun, LISTENS_TO);
	}
	return arrived;
}

static void no_mutant_gets_past_native_mode(void **s)
{
	(void)s;
	assert_int_equal(send_all_mutants("native"), 0);
}

static void no_mutant_gets_past_generic_mode(void **s)
{
	(void)s;
	assert_int_equal(send_all_mutants("generic"), 0);
}

static void no_mutant_gets_past_with_connection_tracking(void **s)
{
	size_t arrived;

	(void)s;
	begin_connection_tracking();
	arrived = send_all_mutants("native");
	end_connection_tracking();
	assert_int_equal(arrived, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(no_mutant_gets_past_native_mode),
		test(no_mutant_gets_past_generic_mode),
		test(no_mutant_gets_past_with_connection_tracking),
	};

	return cmocka_run_group_tests(tests, wire_setup, wire_teardown);
}
