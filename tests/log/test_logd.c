// SPDX-License-Identifier: LGPL-2.1-or-later
/* The writer of the log: what it writes, where, and what it survives. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../loader/cli/w3c.h"
#include "writer.h"

static struct writer writer;

static struct tally ended_tally(void)
{
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	return tally_logs();
}

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
	assert_int_equal(ended_tally().drops, 100);
	assert_string_equal(errors_of(&writer), "");
}

static void what_came_before_the_writer_is_written(void **s)
{
	(void)s;
	drop_packets(300);
	start_writer(&writer, NULL);
	drop_packets(300);
	assert_int_equal(ended_tally().drops, 600);
	/* And once only. */
	start_writer(&writer, NULL);
	assert_int_equal(ended_tally().drops, 600);
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
	tally = ended_tally();
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
	tally = ended_tally();
	assert_int_equal(tally.drops + tally.missed, 1000);
	assert_true(tally.drops >= 10 && tally.drops < 1000);
	/* It is said once: a second writer has nothing to add. */
	start_writer(&writer, NULL);
	assert_int_equal(ended_tally().missed, tally.missed);
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
	assert_int_equal(ended_tally().drops, n - 50);
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
	assert_int_equal(ended_tally().drops, 10);
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
	assert_int_equal(ended_tally().drops, 5);
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
	assert_int_equal(ended_tally().drops, 10);
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
	ended_tally();
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
	assert_int_equal(ended_tally().drops, 30);
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

/* ---- Who may write, and where ------------------------------------------------------------- */

static void there_is_one_writer(void **s)
{
	struct writer second;

	(void)s;
	start_writer(&writer, NULL);
	assert_int_equal(failing_writer(&second, NULL), 4);
	assert_non_null(strstr(errors_of(&second), "another process reads the log"));
	drop_packets(10);
	assert_int_equal(ended_tally().drops, 10);
	start_writer(&second, NULL);
	assert_int_equal(end_writer(&second, SIGKILL), 128 + SIGKILL);
	start_writer(&writer, NULL); /* a killed one holds nothing up */
	ended_tally();
}

static void only_root_writes(void **s)
{
	(void)s;
	must("install -m 755 build/netfwv6 %s/netfwv6 && chmod 755 %s", log_directory,
	     log_directory);
	assert_int_equal(run("setpriv --reuid=65534 --regid=65534 --clear-groups %s/netfwv6 logd",
			     log_directory)
				 ->status,
			 3);
	assert_int_not_equal(access(log_path, F_OK), 0);
}

static void a_path_that_leads_astray_is_refused(void **s)
{
	(void)s;
	must("ln -s %s/elsewhere %s", log_directory, log_path);
	assert_int_equal(failing_writer(&writer, NULL), 4);
	assert_non_null(strstr(errors_of(&writer), "a symbolic link"));
	must("mkdir -m 1777 %s/shared && ln -s .. %s/shared/up && %s -q log --file "
	     "%s/shared/up/log2",
	     log_directory, log_directory, netfwv6(), log_directory);
	assert_int_equal(failing_writer(&writer, NULL), 4);
	assert_non_null(strstr(errors_of(&writer), "not followed"));
	assert_string_equal(must("ls %s | grep -v ^err- | grep -v ^out-", log_directory),
			    "log\nshared\n");
}

/* While it runs it waits for a better path, and keeps what comes meanwhile. */
static void a_path_that_goes_bad_is_waited_for(void **s)
{
	(void)s;
	start_writer(&writer, NULL);
	drop_packets(10);
	wait_for_drops(10);
	must("rm %s && ln -s /etc/passwd %s", log_path, log_path);
	wait_for_text(writer.err, "a symbolic link");
	drop_packets(10);
	must("rm %s", log_path);
	wait_for_drops(10);
	wait_for_text(writer.err, "is written again");
	assert_int_equal(ended_tally().drops, 10);
	assert_string_equal(must("wc -l < %s", writer.err), "2\n");
}

/* ---- A full disk ----------------------------------------------------------------------------- */

/* A writer with a small disk of its own, in a mount namespace of its own. */
static void start_writer_on_a_small_disk(void)
{
	char behind[256], inside[96];

	snprintf(inside, sizeof(inside), "%s/disk", log_directory);
	must("mkdir %s && %s -q log --file %s/log --rate unlimited", inside, netfwv6(), inside);
	snprintf(behind, sizeof(behind),
		 "unshare -m sh -c 'mount -t tmpfs -o size=32k none %s && exec \"$@\"' sh", inside);
	start_writer(&writer, behind);
	snprintf(log_path, sizeof(log_path), "/proc/%d/root%.64s/log", writer.pid, inside);
	snprintf(log_old, sizeof(log_old), "%s.old", log_path);
}

static void enlarge_the_disk(void)
{
	must("nsenter -t %d -m mount -o remount,size=64m %s/disk", writer.pid, log_directory);
}

static uint64_t drops_on_a_full_disk(void)
{
	struct tally tally;

	start_writer_on_a_small_disk();
	drop_packets(1000);
	wait_for_text(writer.err, "No space left on device");
	tally = tally_logs();
	assert_in_range(tally.drops, 100, 999);
	assert_int_equal(tally.missed, 0);
	return tally.drops;
}

static void a_full_disk_is_said_once_and_survived(void **s)
{
	uint64_t written = drops_on_a_full_disk();
	struct tally tally;

	(void)s;
	drop_packets(100000); /* more than can wait */
	assert_int_equal(tally_logs().drops, written);
	enlarge_the_disk();
	wait_for_text(writer.err, "is written again");
	wait_for_drops(101000);
	tally = tally_logs();
	assert_int_equal(tally.drops + tally.missed, 101000);
	assert_true(tally.drops > written && tally.missed > 0);
	assert_string_equal(must("wc -l < %s", writer.err), "2\n");
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
}

/* What waits is left to the next writer. */
static void an_end_on_a_full_disk_loses_nothing(void **s)
{
	uint64_t written = drops_on_a_full_disk();

	(void)s;
	assert_int_equal(end_writer(&writer, SIGTERM), 0);
	snprintf(log_path, sizeof(log_path), "%s/log", log_directory);
	must("%s -q log --file %s", netfwv6(), log_path);
	start_writer(&writer, NULL);
	assert_int_equal(ended_tally().drops, 1000 - written);
}

/* ---- Events of another version --------------------------------------------------------------- */

#define INSN(c, d, s, o, i)                                                                        \
	{                                                                                          \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)                \
	}

/* Puts what is no event of ours into the log's buffer. */
static void put_strange_events(int n)
{
	char path[128];
	int ring, program;
	struct ethhdr frame = {};

	snprintf(path, sizeof(path), "%s/logring", world.state);
	ring = bpf_obj_get(path);
	assert_true(ring >= 0);
	{
		const struct bpf_insn code[] = {
			INSN(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, -8, -1),
			INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, ring),
			INSN(0, 0, 0, 0, 0),
			INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
			INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -8),
			INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, 8),
			INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, 0),
			INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ringbuf_output),
			INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_PASS),
			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
		};

		program = bpf_prog_load(BPF_PROG_TYPE_XDP, "strange", "GPL", code,
					sizeof(code) / sizeof(*code), NULL);
	}
	assert_true(program >= 0);
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &frame, .data_size_in = sizeof(frame),
		    .repeat = n);
	assert_int_equal(bpf_prog_test_run_opts(program, &run), 0);
	close(program);
	close(ring);
}

/* As after a change to newer programs: the log goes on behind them. */
static void events_that_cannot_be_read_are_counted_as_lost(void **s)
{
	struct tally tally;

	(void)s;
	drop_packets(5);
	put_strange_events(3);
	drop_packets(5);
	start_writer(&writer, NULL);
	tally = ended_tally();
	assert_int_equal(tally.drops, 10);
	assert_int_equal(tally.missed, 3);
	assert_non_null(strstr(errors_of(&writer), "is of version 65535"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		log_test(drops_are_written_as_they_come),
		log_test(what_came_before_the_writer_is_written),
		log_test(an_end_is_clean_and_leaves_nothing_behind),
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
		log_test(there_is_one_writer),
		log_test(only_root_writes),
		log_test(a_path_that_leads_astray_is_refused),
		log_test(a_path_that_goes_bad_is_waited_for),
		log_test(a_full_disk_is_said_once_and_survived),
		log_test(an_end_on_a_full_disk_loses_nothing),
		log_test(events_that_cannot_be_read_are_counted_as_lost),
	};

	return cmocka_run_group_tests_name("logd", tests, log_world_setup, world_teardown);
}
