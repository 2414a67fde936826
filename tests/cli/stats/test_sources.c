// SPDX-License-Identifier: LGPL-2.1-or-later
/* The busiest sources in bounded memory, against an exact count. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#include "cli/sources.h"

#define ADDRESSES 5000

/* What the structure does not know. */
struct truth {
	struct sources *sources;
	uint64_t packets[ADDRESSES], total;
	uint32_t random;
	struct source list[SOURCES_MAX];
	size_t listed;
};

static void make_address(uint32_t number, uint8_t address[16])
{
	memset(address, 0, 16);
	address[0] = 0x20;
	address[1] = 0x01;
	number = htonl(number); /* as addresses are sorted */
	memcpy(address + 12, &number, sizeof(number));
}

static uint32_t number_of(const struct source *source)
{
	uint32_t number;

	memcpy(&number, source->address + 12, sizeof(number));
	return ntohl(number);
}

static void add(struct truth *truth, uint32_t number)
{
	uint8_t address[16];

	make_address(number, address);
	sources_add(truth->sources, address);
	truth->packets[number]++;
	truth->total++;
}

/* Always the same stream. */
static uint32_t draw(struct truth *truth)
{
	truth->random = truth->random * 1664525 + 1013904223;
	return truth->random >> 8;
}

static int setup(void **state)
{
	struct truth *truth = calloc(1, sizeof(*truth));

	truth->sources = sources_new();
	truth->random = 1;
	*state = truth;
	return truth->sources ? 0 : -1;
}

static int teardown(void **state)
{
	struct truth *truth = *state;

	sources_free(truth->sources);
	free(truth);
	return 0;
}

static void list(struct truth *truth)
{
	truth->listed = sources_list(truth->sources, truth->list);
}

static const struct source *find(const struct truth *truth, uint32_t number)
{
	for (size_t i = 0; i < truth->listed; i++)
		if (number_of(&truth->list[i]) == number)
			return &truth->list[i];
	return NULL;
}

/* What the header promises, whatever the stream. */
static void check_bounds(struct truth *truth)
{
	uint64_t sum = 0;

	list(truth);
	for (size_t i = 0; i < truth->listed; i++) {
		const struct source *source = &truth->list[i];
		uint64_t packets = truth->packets[number_of(source)];

		assert_true(packets <= source->packets);
		assert_true(source->packets - source->error <= packets);
		assert_true(source->error <= truth->total / SOURCES_MAX);
		assert_ptr_equal(find(truth, number_of(source)), source); /* no second entry */
		sum += source->packets;
	}
	assert_int_equal(sum, truth->total);
	for (uint32_t i = 0; i < ADDRESSES; i++)
		if (truth->packets[i] > truth->total / SOURCES_MAX)
			assert_non_null(find(truth, i));
}

static void few_sources_are_counted_exactly(void **state)
{
	struct truth *truth = *state;

	list(truth);
	assert_int_equal(truth->listed, 0);
	for (int i = 0; i < 200000; i++)
		add(truth, draw(truth) % SOURCES_MAX);
	check_bounds(truth);
	assert_int_equal(truth->listed, SOURCES_MAX);
	for (size_t i = 0; i < truth->listed; i++) {
		assert_int_equal(truth->list[i].packets,
				 truth->packets[number_of(&truth->list[i])]);
		assert_int_equal(truth->list[i].error, 0);
	}
}

/* A few send much, many little: as it is. */
static void busy_sources_are_found_among_many(void **state)
{
	struct truth *truth = *state;
	size_t wrong = 0;

	for (int i = 0; i < 500000; i++) {
		uint32_t bound = 1 + draw(truth) % ADDRESSES;

		add(truth, draw(truth) % bound % (1 + draw(truth) % bound));
		if (i % 50000 == 0)
			check_bounds(truth);
	}
	check_bounds(truth);
	/* The busiest ten are the true ones, in their order. */
	for (size_t i = 0; i + 1 < 10; i++)
		wrong += truth->packets[number_of(&truth->list[i])] <
			 truth->packets[number_of(&truth->list[i + 1])];
	assert_int_equal(wrong, 0);
	assert_int_equal(number_of(&truth->list[0]), 0);
}

/* Sources that never come again, as forged ones, do not push out one that stays. */
static void one_among_forged_sources_is_found(void **state)
{
	struct truth *truth = *state;

	for (uint32_t i = 0; i < 400000; i++)
		add(truth, i % 40 == 0 ? 0 : 1 + i % (ADDRESSES - 1));
	check_bounds(truth);
	assert_int_equal(number_of(&truth->list[0]), 0);
	assert_true(truth->list[0].packets - truth->list[0].error <= 10000);
	assert_true(truth->list[0].packets >= 10000);
}

/* All in turn: the worst stream there is. */
static void bounds_hold_for_the_worst_stream(void **state)
{
	struct truth *truth = *state;

	for (uint32_t i = 0; i < 300000; i++)
		add(truth, i % ADDRESSES);
	check_bounds(truth);
	assert_int_equal(truth->listed, SOURCES_MAX);
}

static void an_entry_is_taken_over_with_its_number(void **state)
{
	struct truth *truth = *state;
	const struct source *source;

	for (uint32_t i = 0; i < SOURCES_MAX; i++)
		for (uint32_t packets = 0; packets < (i == 7 ? 3 : 5); packets++)
			add(truth, i);
	add(truth, 4000);
	list(truth);
	assert_null(find(truth, 7)); /* had the fewest */
	source = find(truth, 4000);
	assert_non_null(source);
	assert_int_equal(source->packets, 4);
	assert_int_equal(source->error, 3);
	assert_int_equal(source->fresh, 1);
}

static void fresh_packets_are_those_of_the_interval(void **state)
{
	struct truth *truth = *state;

	for (int i = 0; i < 5; i++)
		add(truth, 1);
	add(truth, 2);
	sources_begin(truth->sources);
	add(truth, 2);
	add(truth, 3);
	add(truth, 2);
	list(truth);
	assert_int_equal(truth->listed, 3);
	/* 2 has two fresh ones, 3 has one, 1 none. */
	assert_int_equal(number_of(&truth->list[0]), 2);
	assert_int_equal(truth->list[0].fresh, 2);
	assert_int_equal(truth->list[0].packets, 3);
	assert_int_equal(number_of(&truth->list[1]), 3);
	assert_int_equal(truth->list[1].fresh, 1);
	assert_int_equal(number_of(&truth->list[2]), 1);
	assert_int_equal(truth->list[2].fresh, 0);
	assert_int_equal(truth->list[2].packets, 5);
}

/* Equals by address, so that a screen does not jump. */
static void equals_are_listed_by_address(void **state)
{
	struct truth *truth = *state;

	for (uint32_t i = 200; i > 0; i--)
		add(truth, i);
	list(truth);
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(number_of(&truth->list[i]), i + 1);
}

#define stream(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		stream(few_sources_are_counted_exactly),
		stream(busy_sources_are_found_among_many),
		stream(one_among_forged_sources_is_found),
		stream(bounds_hold_for_the_worst_stream),
		stream(an_entry_is_taken_over_with_its_number),
		stream(fresh_packets_are_those_of_the_interval),
		stream(equals_are_listed_by_address),
	};

	return cmocka_run_group_tests_name("sources", tests, NULL, NULL);
}
