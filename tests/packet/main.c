// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Packet tests of the data plane, through BPF_PROG_TEST_RUN. Needs root, and sysfs for
 * the number of CPUs; no device and no file is touched.
 *
 * Usage: packet [PATTERN]   runs the tests whose name matches; * and ? are wildcards
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rows.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A failure has to say which test it was. */
static int names_are_unique(const struct CMUnitTest *tests, size_t count)
{
	const char **names = calloc(count, sizeof(*names));
	int unique = 1;

	if (!names)
		return 0;
	for (size_t i = 0; i < count; i++)
		names[i] = tests[i].name;
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(names[i - 1], names[i]) == 0) {
			fprintf(stderr, "two tests have the name: %s\n", names[i]);
			unique = 0;
		}
	}
	free(names);
	return unique;
}

static int begin_flood(void **state)
{
	(void)state;
	firewalls_are_flooded(FLOOD);
	return 0;
}

static int begin_heard_flood(void **state)
{
	(void)state;
	firewalls_are_flooded(HEARD_FLOOD);
	return 0;
}

static int free_firewalls(void **state)
{
	(void)state;
	firewall_free_all();
	return 0;
}

static int begin(void **state)
{
	(void)state;
	lanes_begin();
	return 0;
}

/* What holds of a packet holds in a flood, too. */
static int run_all(const struct CMUnitTest *tests, size_t count)
{
	int failed = _cmocka_run_group_tests("packet", tests, count, begin, NULL);

	failed += _cmocka_run_group_tests("packet in a flood", tests, count, begin_flood, NULL);
	return failed + _cmocka_run_group_tests("packet in a flood that is heard", tests, count,
						begin_heard_flood, free_firewalls);
}

int main(int argc, char **argv)
{
	struct table *t = table_new();
	const struct CMUnitTest *tests;
	size_t count;
	int failed = 1;

	rows_link(t);
	rows_chain(t);
	rows_fragment(t);
	rows_length(t);
	rows_other(t);
	rows_large(t);
	rows_cut(t);
	rows_policy(t);
	rows_routing(t);
	random_packets(t);
	floods(t);
	leaving(t);
	judged(t);
	questions(t);
	captures(t);
	looped(t);
	in_front(t);
	segments(t);

	tests = table_tests(t, &count);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	if (names_are_unique(tests, count))
		failed = run_all(tests, count);
	table_free(t);
	return failed != 0;
}
