// SPDX-License-Identifier: LGPL-2.1-or-later
/* The writer of the log: what it writes, where, and what it survives. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/w3c.h"
#include "writer.h"

static struct writer writer;

/* ---- What is written ------------------------------------------------------------------ */

static void drops_are_written_as_they_come(void **s)
{
	(void)s;
	start_writer(&writer, NULL);
	assert_string_equal(text_of_file(log_path), W3C_HEADER);
	drop_packets(1);
	wait_for_drops(1);
	drop_packets(99);
	wait_for_drops(100);
	assert_int_equal(ended_tally(&writer).drops, 100);
	assert_string_equal(errors_of(&writer), "");
}

static void what_came_before_the_writer_is_written(void **s)
{
	(void)s;
	drop_packets(300);
	start_writer(&writer, NULL);
	drop_packets(300);
	assert_int_equal(ended_tally(&writer).drops, 600);
	/* And once only. */
	start_writer(&writer, NULL);
	assert_int_equal(ended_tally(&writer).drops, 600);
}

static void an_end_is_clean_and_leaves_nothing_behind(void **s)
{
	static const int signals[] = { SIGTERM, SIGINT };

	(void)s;
	for (int i = 0; i < 2; i++) {
		start_writer(&writer, NULL);
		drop_packets(400);
		assert_int_equal(end_writer(&writer, signals[i]), 0);
		assert_int_equal(tally_logs().drops, 400 * (i + 1));
		assert_string_equal(errors_of(&writer), "");
	}
}

static void an_end_writes_what_waits(void **s)
{
	(void)s;
	must("%s -q log --rate unlimited", netfwv6());
	start_writer(&writer, NULL);
	assert_int_equal(kill(writer.pid, SIGSTOP), 0);
	drop_packets(10000); /* as many as the buffer has room for, or nearly */
	assert_int_equal(kill(writer.pid, SIGTERM), 0);
	assert_int_equal(end_writer(&writer, SIGCONT), 0);
	assert_int_equal(tally_logs().drops, 10000);
}

static void what_is_switched_off_is_not_written(void **s)
{
	struct tally tally;

	(void)s;
	must("%s -q log --dropped off", netfwv6());
	start_writer(&writer, NULL);
	drop_packets(50);
	must("%s -q log --dropped on", netfwv6());
	drop_packets(7);
	must("%s -q log --dropped off", netfwv6());
	drop_packets(50);
	tally = ended_tally(&writer);
	assert_int_equal(tally.drops, 7);
	assert_int_equal(tally.missed, 0);
}

static void what_exceeds_the_rate_is_counted(void **s)
{
	struct tally tally;

	(void)s;
	must("%s -q log --rate 10", netfwv6());
	start_writer(&writer, NULL);
	drop_packets(1000);
	tally = ended_tally(&writer);
	assert_int_equal(tally.drops + tally.missed, 1000);
	assert_true(tally.drops >= 10 && tally.drops < 1000);
	/* It is said once: a second writer has nothing to add. */
	start_writer(&writer, NULL);
	assert_int_equal(ended_tally(&writer).missed, tally.missed);
}

/* Without its end the writer says it, too. */
static void what_was_missed_is_told_while_it_runs(void **s)
{
	(void)s;
	must("%s -q log --rate 1", netfwv6());
	start_writer(&writer, NULL);
	for (int i = 1; i <= 3; i++) {
		drop_packets(100);
		wait_for_drops(100 * i);
	}
	assert_int_equal(end_writer(&writer, SIGKILL), 128 + SIGKILL);
	assert_true(tally_logs().missed_lines >= 3);
}

/* ---- Rotation --------------------------------------------------------------------------- */

static off_t size_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

static void a_full_log_becomes_old(void **s)
{
	struct tally tally = {};

	(void)s;
	must("%s -q log --max-size 4096", netfwv6());
	start_writer(&writer, NULL);
	drop_packets(300);
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	assert_true(size_of(log_path) <= 4096);
	assert_in_range(size_of(log_old), 4096 - W3C_LINE_SIZE, 4096);
	add_log(&tally, log_old);
	add_log(&tally, log_path);
	assert_true(tally.drops < 300);
	assert_string_equal(must("ls %s | grep ^log", log_directory), "log\nlog.old\n");
}

static void rotation_loses_nothing(void **s)
{
	uint64_t n;

	(void)s;
	must("%s -q log --max-size 20000", netfwv6());
	start_writer(&writer, NULL);
	/* A file takes somewhat less than 200; never more than one rotation in all. */
	for (n = 50; access(log_old, F_OK) != 0; n += 50) {
		assert_true(n < 1000);
		drop_packets(50);
		wait_for_drops(n);
	}
	assert_int_equal(ended_tally(&writer).drops, n - 50);
}

static void on_hangup_the_file_is_opened_again(void **s)
{
	struct tally moved = {}, tally = {};
	char aside[128];

	(void)s;
	snprintf(aside, sizeof(aside), "%s/log.1", log_directory);
	start_writer(&writer, NULL);
	drop_packets(100);
	wait_for_drops(100);
	assert_int_equal(rename(log_path, aside), 0);
	drop_packets(100); /* into the file of before, or already into the next */
	assert_int_equal(kill(writer.pid, SIGHUP), 0);
	wait_for_text(log_path, W3C_HEADER);
	drop_packets(100);
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	add_log(&moved, aside);
	add_log(&tally, log_path);
	assert_true(moved.drops >= 100 && tally.drops >= 100);
	assert_int_equal(moved.drops + tally.drops, 300);
	assert_int_not_equal(access(log_old, F_OK), 0);
}

/* What logrotate does, with the file that it makes itself. */
static void on_hangup_a_file_that_was_made_is_taken(void **s)
{
	(void)s;
	start_writer(&writer, NULL);
	drop_packets(10);
	wait_for_drops(10);
	must("mv %s %s.1 && install -m 604 /dev/null %s", log_path, log_path, log_path);
	assert_int_equal(kill(writer.pid, SIGHUP), 0);
	wait_for_text(log_path, W3C_HEADER);
	drop_packets(10);
	assert_int_equal(ended_tally(&writer).drops, 10);
	assert_string_equal(must("stat -c %%a %s", log_path), "604\n");
}

/* The path then leads elsewhere, which the file itself does not tell. */
static void on_hangup_the_path_is_walked_again(void **s)
{
	struct tally moved = {};
	char aside[128];

	(void)s;
	must("mkdir %s/inner && %s -q log --file %s/inner/log", log_directory, netfwv6(),
	     log_directory);
	snprintf(log_path, sizeof(log_path), "%s/inner/log", log_directory);
	snprintf(aside, sizeof(aside), "%s/aside/log", log_directory);
	start_writer(&writer, NULL);
	drop_packets(10);
	wait_for_drops(10);
	must("cd %s && mv inner aside && mkdir inner", log_directory);
	assert_int_equal(kill(writer.pid, SIGHUP), 0);
	wait_for_text(log_path, W3C_HEADER);
	drop_packets(5);
	assert_int_equal(ended_tally(&writer).drops, 5);
	add_log(&moved, aside);
	assert_int_equal(moved.drops, 10);
}

static void a_file_that_is_gone_is_made_again(void **s)
{
	(void)s;
	start_writer(&writer, NULL);
	drop_packets(10);
	wait_for_drops(10);
	assert_int_equal(unlink(log_path), 0);
	wait_for_text(log_path, W3C_HEADER); /* without a packet, and without a signal */
	drop_packets(10);
	assert_int_equal(ended_tally(&writer).drops, 10);
	assert_string_equal(errors_of(&writer), "");
}

/* ---- Changes while it runs ---------------------------------------------------------------- */

static void another_path_is_taken_up(void **s)
{
	struct tally first = {}, second = {};
	char other[128];

	(void)s;
	snprintf(other, sizeof(other), "%s/other", log_directory);
	start_writer(&writer, NULL);
	drop_packets(100);
	wait_for_drops(100);
	must("%s -q log --file %s", netfwv6(), other);
	wait_for_text(other, W3C_HEADER);
	drop_packets(50);
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	add_log(&first, log_path);
	add_log(&second, other);
	assert_int_equal(first.drops, 100);
	assert_int_equal(second.drops, 50);
}

static bool is_rotated(void *unused)
{
	(void)unused;
	drop_packets(1);
	return access(log_old, F_OK) == 0;
}

static void another_size_is_taken_up(void **s)
{
	(void)s;
	start_writer(&writer, NULL);
	drop_packets(100);
	wait_for_drops(100);
	assert_true(size_of(log_path) > 4096);
	must("%s -q log --max-size 4096", netfwv6());
	wait_until(is_rotated, NULL, "the log is rotated at its new size");
	ended_tally(&writer);
	assert_true(size_of(log_path) <= 4096);
}

static void a_rebuilt_state_is_logged_on(void **s)
{
	(void)s;
	start_writer(&writer, NULL);
	drop_packets(10);
	wait_for_drops(10);
	must("%s -q init --rebuild", netfwv6());
	drop_packets(10);
	wait_for_drops(20);
	must("%s -q disable fw0 && %s -q enable fw0", netfwv6(), netfwv6());
	drop_packets(10);
	assert_int_equal(ended_tally(&writer).drops, 30);
}

#define DEFAULT_LOG "/var/log/netfwv6.log" /* of the host that the tests run on */

static void without_its_state_it_ends(void **s)
{
	bool there = access(DEFAULT_LOG, F_OK) == 0;

	(void)s;
	start_writer(&writer, NULL);
	must("%s -q disable fw0 && %s -q remove", netfwv6(), netfwv6());
	assert_int_equal(wait_for_end(&writer), 4);
	assert_non_null(strstr(errors_of(&writer), "was removed"));
	assert_int_equal(failing_writer(&writer, NULL), 4);
	assert_non_null(strstr(errors_of(&writer), "there is no state"));
	assert_int_equal(access(DEFAULT_LOG, F_OK) == 0, there);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		log_test(drops_are_written_as_they_come),
		log_test(what_came_before_the_writer_is_written),
		log_test(an_end_is_clean_and_leaves_nothing_behind),
		log_test(an_end_writes_what_waits),
		log_test(what_is_switched_off_is_not_written),
		log_test(what_exceeds_the_rate_is_counted),
		log_test(what_was_missed_is_told_while_it_runs),
		log_test(a_full_log_becomes_old),
		log_test(rotation_loses_nothing),
		log_test(on_hangup_the_file_is_opened_again),
		log_test(on_hangup_a_file_that_was_made_is_taken),
		log_test(on_hangup_the_path_is_walked_again),
		log_test(a_file_that_is_gone_is_made_again),
		log_test(another_path_is_taken_up),
		log_test(another_size_is_taken_up),
		log_test(a_rebuilt_state_is_logged_on),
		log_test(without_its_state_it_ends),
	};

	return cmocka_run_group_tests_name("logd", tests, world_setup, world_teardown);
}
