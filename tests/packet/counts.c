// SPDX-License-Identifier: LGPL-2.1-or-later
#include "counts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

static const char *const keywords[REASON_COUNT] = {
#define X(number, identifier, word, sentence) [number] = word,
	NETFWV6_REASONS(X)
#undef X
};

const char *keyword(uint32_t reason)
{
	return reason < REASON_COUNT && keywords[reason] ? keywords[reason] : "a reason unknown";
}

struct counts read_counts(int map)
{
	int cpus = libbpf_num_possible_cpus();
	uint32_t keys[REASON_COUNT], count = REASON_COUNT, next;
	struct counts counts = {};
	struct count *values;
	int err;

	assert_true(cpus > 0);
	values = calloc((size_t)cpus * REASON_COUNT, sizeof(*values));
	assert_non_null(values);
	err = bpf_map_lookup_batch(map, NULL, &next, keys, values, &count, NULL);
	for (uint32_t i = 0; i < count; i++) {
		for (int cpu = 0; cpu < cpus; cpu++) {
			const struct count *one = &values[i * cpus + cpu];

			counts.of[keys[i]].packets += one->packets;
			counts.of[keys[i]].bytes += one->bytes;
		}
	}
	free(values);
	assert_true(err == 0 || err == -ENOENT); /* ENOENT: there are no more */
	assert_int_equal(count, REASON_COUNT);
	return counts;
}

struct counts counts_between(const struct counts *before, const struct counts *after)
{
	struct counts moved;

	for (int i = 0; i < REASON_COUNT; i++)
		moved.of[i] = (struct count){
			.packets = after->of[i].packets - before->of[i].packets,
			.bytes = after->of[i].bytes - before->of[i].bytes,
		};
	return moved;
}

static bool is_reason(int index)
{
	return index != COUNT_UNSEEN_RUN && index != COUNT_UNSEEN && index != COUNT_UNMARKED;
}

uint64_t dropped_packets(const struct counts *moved)
{
	uint64_t packets = 0;

	for (int i = REASON_FIRST_DROP; i < REASON_COUNT; i++)
		if (is_reason(i))
			packets += moved->of[i].packets;
	return packets;
}

int counted_reason(const struct counts *moved, uint64_t packets, uint64_t bytes)
{
	int which = COUNTED_NOTHING;

	for (int i = 0; i < REASON_COUNT; i++) {
		const struct count *count = &moved->of[i];

		if (!is_reason(i) || (!count->packets && !count->bytes))
			continue;
		if (count->packets != packets || count->bytes != bytes || which != COUNTED_NOTHING)
			return COUNTED_OTHERWISE;
		which = i;
	}
	return which;
}
