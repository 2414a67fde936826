// SPDX-License-Identifier: LGPL-2.1-or-later
/* Floods: of every dropped packet the log has a line, or has counted it; also when it was killed. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "writer.h"

#define FLOOD 1000000
#define ALL_CPUS 2 /* at least two programs at once, where there are two */

static int cpus(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) < ALL_CPUS ? 1 : ALL_CPUS;
}

/* The log of everything; two files hold it all. */
static void set_rate(const char *rate)
{
	must("%s -q log --max-size 2000000000 --rate %s", netfwv6(), rate);
}

/*
 * Whichever way a packet went, and the first of a flood go a longer one. The guard is asked by test
 * runs, in which the kernel counts the Ethernet header twice.
 */
static void lines_are_alike(void)
{
	const char *lines = must("cat %s %s 2>/dev/null | grep ' DROP ' | cut -d' ' -f3- | sort -u",
				 log_old, log_path);

	assert_string_equal(lines, "DROP TCP 2001:db8::2 2001:db8::1 40000 444 88 S 0 0 0 - - "
				   "closed-tcp RECEIVE\n");
}

static void is_accounted_for(struct writer *writer, uint64_t dropped)
{
	struct tally tally;

	assert_int_equal(packets(HOST_DEVICE, "closed-tcp"), dropped);
	assert_int_equal(end_writer(writer, SIGTERM), 0);
	tally = tally_logs();
	print_message("# %llu lines, %llu counted as missed\n", (unsigned long long)tally.drops,
		      (unsigned long long)tally.missed);
	assert_int_equal(tally.drops + tally.missed, dropped);
	assert_true(tally.drops > 0 && tally.missed > 0);
	lines_are_alike();
	assert_string_equal(errors_of(writer), "");
}

static void a_flood_beyond_the_rate(void **s)
{
	struct writer writer;

	(void)s;
	set_rate("1000");
	start_writer(&writer, NULL);
	drop_packets(FLOOD);
	is_accounted_for(&writer, FLOOD);
}

static void a_flood_on_all_cpus(void **s)
{
	struct writer writer;

	(void)s;
	set_rate("1000");
	start_writer(&writer, NULL);
	drop_packets_on_cpus(FLOOD, cpus());
	is_accounted_for(&writer, FLOOD);
}

/* The buffer is what is full then. */
static void a_flood_without_a_rate(void **s)
{
	struct writer writer;

	(void)s;
	set_rate("unlimited");
	start_writer(&writer, NULL);
	drop_packets_on_cpus(FLOOD, cpus());
	is_accounted_for(&writer, FLOOD);
}

static void a_flood_through_rotations(void **s)
{
	struct writer writer;
	struct tally tally;

	(void)s;
	must("%s -q log --max-size 65536 --rate unlimited", netfwv6());
	start_writer(&writer, NULL);
	drop_packets_on_cpus(FLOOD, cpus());
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	tally = tally_logs(); /* well-formed, both */
	assert_true(tally.drops > 100);
	assert_string_equal(errors_of(&writer), "");
}

/* ---- Killed -------------------------------------------------------------------------------- */

#define KILLS 20

struct load {
	atomic_bool stop;
	uint64_t dropped;
};

static void *drop_on(void *context)
{
	struct load *load = context;

	while (!load->stop) {
		drop_packets(1000);
		load->dropped += 1000;
	}
	return NULL;
}

static bool has_grown(void *context)
{
	const off_t *size = context;
	struct stat status;

	return stat(log_path, &status) == 0 && status.st_size > *size;
}

/*
 * What a writer that was killed may have written and not yet taken off the buffer, which
 * the next writes again: one event, or one line about missed ones; nothing of a torn line.
 */
static uint64_t may_come_again(void)
{
	char end[512] = "", *line;
	FILE *log = fopen(log_path, "r");
	unsigned long long missed;

	assert_non_null(log);
	assert_int_equal(fseek(log, -(long)sizeof(end) + 1, SEEK_END), 0);
	assert_int_equal(fread(end, 1, sizeof(end) - 1, log), sizeof(end) - 1);
	fclose(log);
	if (end[sizeof(end) - 2] != '\n')
		return 0;
	end[sizeof(end) - 2] = '\0';
	line = strrchr(end, '\n') + 1;
	line = strstr(line, "INFO-EVENTS-LOST - - - - - - - - - - - - ");
	if (!line)
		return 1;
	assert_int_equal(sscanf(line, "%*[A-Z- ]%llu", &missed), 1);
	return missed;
}

/* Kills the writer in the middle of its work, and starts the next. */
static uint64_t kill_and_start(struct writer *writer)
{
	struct stat status;
	uint64_t again;
	off_t size;

	assert_int_equal(stat(log_path, &status), 0);
	size = status.st_size + 10000;
	wait_until(has_grown, &size, "the log grows");
	assert_int_equal(end_writer(writer, SIGKILL), 128 + SIGKILL);
	again = may_come_again();
	start_writer(writer, NULL);
	return again;
}

static void killed_writers_lose_nothing_uncounted(void **s)
{
	struct load load = {};
	struct writer writer;
	struct tally tally;
	uint64_t twice = 0;
	pthread_t thread;

	(void)s;
	set_rate("20000");
	start_writer(&writer, NULL);
	assert_int_equal(pthread_create(&thread, NULL, drop_on, &load), 0);
	for (int i = 0; i < KILLS; i++)
		twice += kill_and_start(&writer);
	load.stop = true;
	pthread_join(thread, NULL);
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	tally = tally_logs(); /* well-formed: no torn line, one header */
	print_message("# %llu dropped, %llu lines, %llu missed, at most %llu twice\n",
		      (unsigned long long)load.dropped, (unsigned long long)tally.drops,
		      (unsigned long long)tally.missed, (unsigned long long)twice);
	assert_int_equal(packets(HOST_DEVICE, "closed-tcp"), load.dropped);
	assert_in_range(tally.drops + tally.missed, load.dropped, load.dropped + twice);
	assert_true(tally.drops > 0 && tally.missed > 0);
}

/* While nobody writes, the kernel counts what its buffer has no room for. */
static void what_is_lost_between_two_writers_is_counted(void **s)
{
	struct writer writer;
	struct tally before, after;

	(void)s;
	set_rate("unlimited");
	start_writer(&writer, NULL);
	drop_packets(100);
	wait_for_drops(100);
	assert_int_equal(end_writer(&writer, SIGKILL), 128 + SIGKILL);
	before = tally_logs();
	assert_in_range(before.drops + before.missed, 100, 100);
	drop_packets(100000);
	start_writer(&writer, NULL);
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	after = tally_logs();
	assert_in_range(after.drops + after.missed, 100100,
			100101); /* the killed one's last line */
	assert_true(after.missed > 0 && after.drops > 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		log_test(a_flood_beyond_the_rate),
		log_test(a_flood_on_all_cpus),
		log_test(a_flood_without_a_rate),
		log_test(a_flood_through_rotations),
		log_test(killed_writers_lose_nothing_uncounted),
		log_test(what_is_lost_between_two_writers_is_counted),
	};

	return cmocka_run_group_tests_name("log flood", tests, world_setup, world_teardown);
}
