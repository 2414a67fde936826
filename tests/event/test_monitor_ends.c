// SPDX-License-Identifier: LGPL-2.1-or-later
/* monitor: how it ends, what it misses, and who reads it late or never. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "refusal.h"
#include "scene.h"

/* ---- Its end ----------------------------------------------------------------------- */

static void it_ends_after_so_many(void **s)
{
	struct follower monitor = follow("monitor --json -c 3"),
			filtered = follow("monitor --json --proto udp --count 2");

	(void)s;
	send_dropped(5);
	assert_int_equal(wait_for_end(&monitor), 0);
	assert_string_equal(ask(&monitor, ".source_port"), "40001\n40001\n40001\n");
	wait_for_err(&monitor, "netfwv6: 3 events shown, 0 missed\n");
	send_all_shots(wire);
	assert_int_equal(wait_for_end(&filtered), 0);
	assert_string_equal(ask(&filtered, ".source_port"), "40002\n40008\n");
	forget(&monitor);
	forget(&filtered);
}

static void signals_end_it_with_a_summary(void **s)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	(void)s;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct follower monitor = follow("monitor");
		char *err;

		send_dropped(2);
		wait_for_wire();
		assert_int_equal(end(&monitor, signals[i]), 0);
		err = read_err(&monitor);
		assert_string_equal(err, "netfwv6: dropped packets, as they come; Ctrl-C ends it\n"
					 "netfwv6: 2 events shown, 0 missed\n");
		free(err);
		forget(&monitor);
	}
}

static void who_was_told_to_ignore_a_hangup_does(void **s)
{
	struct follower monitor = start("trap \"\" HUP; exec %s monitor", netfwv6());

	(void)s;
	wait_for_err(&monitor, "Ctrl-C ends it\n");
	assert_int_equal(kill(monitor.pid, SIGHUP), 0);
	/* The first may be shown by one that is about to end, the second not. */
	send_shot(wire, &all_shots[0]);
	wait_for_out(&monitor, "closed-tcp");
	send_shot(wire, &all_shots[1]);
	wait_for_out(&monitor, "closed-udp");
	assert_int_equal(end(&monitor, SIGINT), 0);
	forget(&monitor);
}

static void quiet_says_nothing_but_events(void **s)
{
	struct follower monitor = start("exec %s monitor -q -c 1", netfwv6());
	char *err;

	(void)s;
	send_until_end(&monitor);
	assert_int_equal(wait_for_end(&monitor), 0);
	err = read_err(&monitor);
	assert_string_equal(err, "");
	free(err);
	forget(&monitor);
}

static void a_closed_pipe_ends_it_quietly(void **s)
{
	struct follower pipeline;
	char *err;

	(void)s;
	/* The reader goes after one line; no other event is needed to notice that. */
	pipeline = start("{ %s monitor; echo \"exit $?\" >&2; } | head -n 1", netfwv6());
	wait_for_err(&pipeline, "Ctrl-C ends it\n");
	send_dropped(1);
	assert_int_equal(wait_for_end(&pipeline), 0);
	err = read_err(&pipeline);
	assert_string_equal(err, "netfwv6: dropped packets, as they come; Ctrl-C ends it\n"
				 "exit 0\n");
	free(err);
	forget(&pipeline);
}

static void a_full_disk_is_told(void **s)
{
	struct follower monitor = start("exec %s monitor >/dev/full", netfwv6());

	(void)s;
	wait_for_err(&monitor, "Ctrl-C ends it\n");
	send_dropped(1);
	assert_int_equal(wait_for_end(&monitor), 4);
	wait_for_err(&monitor, "cannot write the output: No space left on device\n");
	forget(&monitor);
}

static void a_removed_state_ends_it(void **s)
{
	struct follower monitor = follow("monitor");

	(void)s;
	must("%s -q disable fw0 && %s -q remove", netfwv6(), netfwv6());
	assert_int_equal(wait_for_end(&monitor), 4);
	wait_for_err(&monitor, "was removed, so its events ended\n");
	forget(&monitor);
}

/* ---- What is missed ----------------------------------------------------------------- */

/* More than the buffer holds and the rate allows while it cannot run. */
#define FLOOD 13000u

static void stop_and_flood(struct follower *monitor)
{
	assert_int_equal(kill(monitor->pid, SIGSTOP), 0);
	send_dropped(FLOOD);
	assert_int_equal(kill(monitor->pid, SIGCONT), 0);
	wait_for_wire();
}

/* Of JSON: how many events were shown, and how many were said to be missed. */
static uint64_t count_shown(const struct follower *json)
{
	return strtoull(must("jq -s '[.[] | select(.reason)] | length' </proc/%d/fd/%d", getpid(),
			     json->out),
			NULL, 10);
}

static uint64_t count_missed(const struct follower *json)
{
	return strtoull(must("jq -s '[.[].missed | select(.) | .suppressed + .lost] | add + 0' "
			     "</proc/%d/fd/%d",
			     getpid(), json->out),
			NULL, 10);
}

static void what_is_missed_is_counted(void **s)
{
	struct follower json = follow("monitor --json");

	(void)s;
	stop_and_flood(&json);
	assert_int_equal(end(&json, SIGINT), 0);
	assert_int_equal(dropped_packets(), FLOOD);
	assert_true(count_missed(&json) > 0);
	assert_int_equal(count_shown(&json) + count_missed(&json), FLOOD);
	forget(&json);
}

/* Each line on the standard error output, then what the summary says. */
static void what_is_missed_is_said(void **s)
{
	struct follower monitor = follow("monitor");
	unsigned long long over, full, said = 0, shown = 0, missed = 0;
	char *err, *rest, *line;

	(void)s;
	stop_and_flood(&monitor);
	assert_int_equal(end(&monitor, SIGINT), 0);
	err = rest = read_err(&monitor);
	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "netfwv6: missed: %llu events over the rate, %llu while", &over,
			   &full) == 2)
			said += over + full;
		sscanf(line, "netfwv6: %llu events shown, %llu missed", &shown, &missed);
	}
	assert_true(missed > 0);
	assert_int_equal(said, missed);
	assert_int_equal(shown + missed, FLOOD);
	assert_int_equal(strtoull(must("wc -l </proc/%d/fd/%d", getpid(), monitor.out), NULL, 10),
			 shown);
	free(err);
	forget(&monitor);
}

/* ---- Slow readers, killed monitors --------------------------------------------------- */

/* Whoever reads late misses nothing that is not counted. */
static void a_slow_reader_keeps_the_stream_alive(void **s)
{
	struct follower monitor;
	int ends[2];
	FILE *copy;
	char buffer[4096];
	ssize_t n;

	(void)s;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	monitor = start_to(ends[1], "exec %s monitor --json", netfwv6());
	close(ends[1]);
	wait_for_err(&monitor, "Ctrl-C ends it\n");
	send_dropped(2000); /* far more than the pipe holds */
	let_leases_run_out();
	send_dropped(1000);
	wait_for_wire();
	copy = fdopen(memfd_create("copy", 0), "w");
	assert_int_equal(kill(monitor.pid, SIGINT), 0);
	while ((n = read(ends[0], buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, n, copy);
	fflush(copy);
	assert_int_equal(wait_for_end(&monitor), 0);
	monitor.out = fileno(copy);
	assert_int_equal(count_shown(&monitor) + count_missed(&monitor), 3000);
	assert_true(count_shown(&monitor) >= 2900);
	fclose(copy);
	monitor.out = -1;
	forget(&monitor);
	close(ends[0]);
}

static void a_reader_that_never_reads_does_not_keep_it_from_ending(void **s)
{
	struct follower monitor;
	int ends[2];

	(void)s;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	monitor = start_to(ends[1], "exec %s monitor", netfwv6());
	close(ends[1]);
	wait_for_err(&monitor, "Ctrl-C ends it\n");
	send_dropped(2000);
	wait_for_wire();
	assert_int_equal(end(&monitor, SIGINT), 4);
	wait_for_err(&monitor, "the output was not read to its end: ");
	forget(&monitor);
	close(ends[0]);
}

/* One that was stopped does not pretend to have seen everything, nor disturbs another. */
static void who_was_stopped_for_too_long_says_so(void **s)
{
	struct follower stopped = follow("monitor"), idle = follow("monitor"), other;

	(void)s;
	send_dropped(1);
	wait_for_out(&stopped, "closed-tcp");
	assert_int_equal(kill(stopped.pid, SIGSTOP), 0);
	let_leases_run_out();
	send_dropped(1);
	wait_for_wire();
	other = follow("monitor -c 2");
	assert_int_equal(kill(stopped.pid, SIGCONT), 0);
	assert_int_equal(wait_for_end(&stopped), 4);
	wait_for_err(&stopped, "these events were not read for 3 seconds, so they ended");
	send_dropped(2);
	assert_int_equal(wait_for_end(&other), 0);
	assert_int_equal(end(&idle, SIGINT), 0);
	wait_for_err(&idle, "4 events shown, 0 missed");
	forget(&stopped);
	forget(&idle);
	forget(&other);
}

/* While nothing was dropped there is nothing to miss. */
static void who_was_stopped_and_missed_nothing_goes_on(void **s)
{
	struct follower monitor = follow("monitor -c 1");

	(void)s;
	assert_int_equal(kill(monitor.pid, SIGSTOP), 0);
	let_leases_run_out();
	assert_int_equal(kill(monitor.pid, SIGCONT), 0);
	let_leases_run_out();
	send_dropped(1);
	assert_int_equal(wait_for_end(&monitor), 0);
	forget(&monitor);
}

struct attempt {
	struct follower follower;
};

static bool has_begun(void *context)
{
	struct attempt *attempt = context;
	bool begun = false;

	attempt->follower = start("exec %s monitor", netfwv6());
	while (!begun && is_running(&attempt->follower)) {
		char *err = read_err(&attempt->follower);

		begun = strstr(err, "Ctrl-C ends it\n");
		free(err);
	}
	if (begun)
		return true;
	assert_int_equal(wait_for_end(&attempt->follower), 4);
	wait_for_err(&attempt->follower, "others look at events already, and no more can");
	forget(&attempt->follower);
	return false;
}

/* A place may take some seconds to be free again. */
static struct follower begin_at_last(void)
{
	struct attempt attempt;

	wait_until(has_begun, &attempt, "another monitor could begin");
	return attempt.follower;
}

static void killed_monitors_leave_nothing_that_costs(void **s)
{
	struct follower monitor;

	(void)s;
	for (int i = 0; i < 16; i++) {
		monitor = begin_at_last();
		assert_int_equal(end(&monitor, SIGKILL), 128 + SIGKILL);
		forget(&monitor);
		must("%s status && %s status --json | jq -e .devices[0].device", netfwv6(),
		     netfwv6());
	}
	monitor = begin_at_last();
	send_all_shots(wire);
	wait_for_wire();
	assert_int_equal(end(&monitor, SIGINT), 0);
	assert_string_equal(must("wc -l </proc/%d/fd/%d", getpid(), monitor.out), "15\n");
	forget(&monitor);
	must("%s -q disable fw0 && %s -q enable fw0", netfwv6(), netfwv6());
}

static void several_look_at_a_time_and_one_too_many_is_told(void **s)
{
	struct follower monitors[7];
	const struct output *output;

	(void)s;
	for (size_t i = 0; i < 7; i++)
		monitors[i] = follow("monitor -c 1");
	output = run("%s monitor", netfwv6());
	assert_int_equal(output->status, 4);
	assert_true(is_one_sentence(output->err));
	assert_non_null(strstr(output->err, "7 others look at events already"));
	send_dropped(1);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(wait_for_end(&monitors[i]), 0);
		wait_for_out(&monitors[i], "closed-tcp");
		forget(&monitors[i]);
	}
	monitors[0] = follow("monitor");
	assert_int_equal(end(&monitors[0], SIGINT), 0);
	forget(&monitors[0]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		scene_test(it_ends_after_so_many),
		scene_test(signals_end_it_with_a_summary),
		scene_test(who_was_told_to_ignore_a_hangup_does),
		scene_test(quiet_says_nothing_but_events),
		scene_test(a_closed_pipe_ends_it_quietly),
		scene_test(a_full_disk_is_told),
		scene_test(a_removed_state_ends_it),
		scene_test(what_is_missed_is_counted),
		scene_test(what_is_missed_is_said),
		scene_test(a_slow_reader_keeps_the_stream_alive),
		scene_test(a_reader_that_never_reads_does_not_keep_it_from_ending),
		scene_test(who_was_stopped_for_too_long_says_so),
		scene_test(who_was_stopped_and_missed_nothing_goes_on),
		scene_test(killed_monitors_leave_nothing_that_costs),
		scene_test(several_look_at_a_time_and_one_too_many_is_told),
	};

	return cmocka_run_group_tests_name("monitor's ends", tests, world_setup, world_teardown);
}
