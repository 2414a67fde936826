// SPDX-License-Identifier: LGPL-2.1-or-later
/* The writer of the log in trouble: led astray, without room, before events of others. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "writer.h"

static struct writer writer;

/* ---- Who may write, and where ------------------------------------------------------------- */

static void there_is_one_writer(void **s)
{
	struct writer second;

	(void)s;
	start_writer(&writer, NULL);
	assert_int_equal(failing_writer(&second, NULL), 4);
	assert_non_null(strstr(errors_of(&second), "another process reads the log"));
	drop_packets(10);
	assert_int_equal(ended_tally(&writer).drops, 10);
	start_writer(&second, NULL);
	assert_int_equal(end_writer(&second, SIGKILL), 128 + SIGKILL);
	start_writer(&writer, NULL); /* a killed one holds nothing up */
	ended_tally(&writer);
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
	assert_int_equal(ended_tally(&writer).drops, 10);
	assert_string_equal(must("wc -l < %s", writer.err), "2\n");
}

/* ---- A full disk ----------------------------------------------------------------------------- */

/* A writer with a small disk of its own, in a mount namespace of its own; "true" fills nothing. */
static void start_writer_on_a_small_disk(const char *filling)
{
	char behind[512], inside[96];

	snprintf(inside, sizeof(inside), "%s/disk", log_directory);
	must("mkdir %s && %s -q log --file %s/log --rate unlimited", inside, netfwv6(), inside);
	snprintf(behind, sizeof(behind),
		 "unshare -m sh -c 'mount -t tmpfs -o size=32k none %s && cd %s && %s; cd - && "
		 "exec \"$@\"' sh",
		 inside, inside, filling);
	start_writer(&writer, behind);
	snprintf(log_path, sizeof(log_path), "/proc/%d/root%.64s/log", writer.pid, inside);
	snprintf(log_old, sizeof(log_old), "%s.old", log_path);
}

static void enlarge_the_disk(void)
{
	must("nsenter -t %d -m -r mount -o remount,size=64m %s/disk", writer.pid, log_directory);
}

static uint64_t drops_on_a_full_disk(void)
{
	struct tally tally;

	start_writer_on_a_small_disk("true");
	drop_packets(1000);
	wait_for_text(writer.err, "No space left on device");
	tally = tally_logs();
	assert_in_range(tally.drops, 100, 999);
	assert_int_equal(tally.missed, 0);
	return tally.drops;
}

static long times_woken(void)
{
	return atol(must("sed -n 's/^voluntary_ctxt_switches:\t//p' /proc/%d/status", writer.pid));
}

static bool has_woken(void *context)
{
	return times_woken() >= *(const long *)context;
}

/* It sleeps between its attempts, so it has made several when it was woken as often. */
static void wait_for_attempts(int n)
{
	long times = times_woken() + 2 * n;

	wait_until(has_woken, &times, "the writer tries again");
}

static void a_full_disk_is_said_once_and_survived(void **s)
{
	uint64_t written = drops_on_a_full_disk();
	struct tally tally;

	(void)s;
	drop_packets(100000); /* more than can wait */
	wait_for_attempts(2);
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

static void a_disk_that_is_full_at_the_start_is_waited_for(void **s)
{
	struct tally tally;

	(void)s;
	start_writer_on_a_small_disk("head -c 40000 /dev/zero >ballast 2>/dev/null");
	assert_non_null(strstr(errors_of(&writer), "No space left on device"));
	drop_packets(1000);
	enlarge_the_disk();
	wait_for_drops(1000);
	tally = tally_logs();
	assert_int_equal(tally.drops, 1000);
	wait_for_text(writer.err, "is written again");
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
	assert_int_equal(ended_tally(&writer).drops, 1000 - written);
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
	tally = ended_tally(&writer);
	assert_int_equal(tally.drops, 10);
	assert_int_equal(tally.missed, 3);
	assert_non_null(strstr(errors_of(&writer), "is of version 65535"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		log_test(there_is_one_writer),
		log_test(only_root_writes),
		log_test(a_path_that_leads_astray_is_refused),
		log_test(a_path_that_goes_bad_is_waited_for),
		log_test(a_full_disk_is_said_once_and_survived),
		log_test(a_disk_that_is_full_at_the_start_is_waited_for),
		log_test(an_end_on_a_full_disk_loses_nothing),
		log_test(events_that_cannot_be_read_are_counted_as_lost),
	};

	return cmocka_run_group_tests_name("logd in trouble", tests, world_setup, world_teardown);
}
