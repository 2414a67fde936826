// SPDX-License-Identifier: LGPL-2.1-or-later
/* capture: the files that it writes to, and who reads them meanwhile. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "captures.h"
#include "refusal.h"

static const struct refusal error_rows[] = {
	{ "capture", 2, "'capture' needs --write FILE" },
	{ "capture -w", 2, "'-w' needs a value" },
	{ "capture -w ''", 2, "'' names no file" },
	{ "capture -w /tmp/", 2, "'/tmp/' names no file" },
	{ "capture -w /tmp/nf6-x -c 0", 2, "--count '0'" },
	{ "capture -w /tmp/nf6-x --snaplen 0", 2, "--snaplen '0': write a number from 1 to 16384" },
	{ "capture -w /tmp/nf6-x --snaplen 16385", 2, "--snaplen '16385'" },
	{ "capture -w /tmp/nf6-x --snaplen x", 2, "--snaplen 'x'" },
	{ "capture -w /tmp/nf6-x --reason established", 2, "such packets pass" },
	{ "capture -w /tmp/nf6-x --src ::/129", 2, "is no IPv6 prefix" },
	{ "capture -w /tmp/nf6-x --dev nodev0", 4, "there is no device nodev0" },
	{ "capture -w /tmp/nf6-x --json", 2, "'capture' takes no option --json" },
	{ "capture -w /tmp/nf6-x --connections on", 2, "takes no option --connections" },
	{ "capture -w /nonexistent/x", 4, "/nonexistent/x: No such file or directory" },
	{ "capture -w /etc/passwd/x", 4, "/etc/passwd/x: Not a directory" },
};

/* ---- Files and their readers ---------------------------------------------------------- */

static void packets_can_be_read_at_once(void **s)
{
	struct follower follower = capture("a", "");

	(void)s;
	wait_for_captured("a", 0);
	for (size_t i = 1; i <= 3; i++) {
		send_dropped(1);
		wait_for_captured("a", i);
	}
	assert_int_equal(end(&follower, SIGINT), 0);
	forget(&follower);
}

static void a_killed_capture_can_be_read(void **s)
{
	struct follower follower = capture("a", "");

	(void)s;
	send_all_shots(wire);
	wait_for_captured("a", 15);
	assert_int_equal(end(&follower, SIGKILL), 128 + SIGKILL);
	assert_int_equal(count_lines(fields("a", "frame.number")), 15);
	forget(&follower);
}

static void a_pipe_into_tshark_works(void **s)
{
	struct follower pipeline = start(
		"%s capture -w - -c 2 | tshark -l -nr - -T fields -e tcp.srcport -e frame.comment",
		netfwv6());

	(void)s;
	wait_for_err(&pipeline, "Ctrl-C ends it\n");
	send_dropped(1);
	wait_for_out(&pipeline, "40001\tclosed-tcp: TCP to a closed port\n");
	send_dropped(1);
	assert_int_equal(wait_for_end(&pipeline), 0);
	wait_for_err(&pipeline, "2 packets captured, 0 missed");
	forget(&pipeline);
}

static void a_closed_pipe_ends_it_quietly(void **s)
{
	struct follower pipeline =
		start("{ %s capture -q -w -; echo \"exit $?\" >&2; } | head -c 200 >/dev/null",
		      netfwv6());
	char *err;

	(void)s;
	send_until_end(&pipeline);
	assert_int_equal(wait_for_end(&pipeline), 0);
	err = read_err(&pipeline);
	assert_string_equal(err, "exit 0\n");
	free(err);
	forget(&pipeline);
}

static bool waits_in_open(void *context)
{
	const struct follower *follower = context;
	char pattern[64];

	snprintf(pattern, sizeof(pattern), "^%d ", SYS_openat);
	return run("grep -q '%s' /proc/%d/syscall && grep -qE 'pipe|fifo|partner' /proc/%d/wchan",
		   pattern, follower->pid, follower->pid)
		       ->status == 0;
}

/* Neither the time that this takes nor what happens then goes by unnoticed. */
static void a_named_pipe_waits_for_its_reader(void **s)
{
	unsigned long long captured = 0, missed = 0;
	struct follower follower, reader;
	char *err;

	(void)s;
	must("mkfifo %s/pipe", folder);
	follower = start("exec %s capture -w %s/pipe", netfwv6(), folder);
	wait_until(waits_in_open, &follower, "capture waits for a reader");
	send_dropped(50);
	let_leases_run_out();
	send_dropped(50);
	reader = start("exec tshark -l -nr - -T fields -e tcp.srcport <%s/pipe", folder);
	wait_for_out(&reader, "40001\n40001\n");
	assert_int_equal(end(&follower, SIGINT), 0);
	assert_int_equal(wait_for_end(&reader), 0);
	err = read_err(&follower);
	assert_int_equal(sscanf(strstr(err, "netfwv6: missed"),
				"%*[^\n] netfwv6: %llu packets "
				"captured, %llu missed",
				&captured, &missed),
			 2);
	assert_int_equal(captured + missed, 100);
	assert_int_equal(strtoull(must("wc -l </proc/%d/fd/%d", getpid(), reader.out), NULL, 10),
			 captured);
	free(err);
	forget(&follower);
	forget(&reader);
}

static void the_wait_for_a_reader_can_be_ended(void **s)
{
	struct follower follower;

	(void)s;
	must("mkfifo %s/pipe", folder);
	follower = start("exec %s capture -w %s/pipe", netfwv6(), folder);
	wait_until(waits_in_open, &follower, "capture waits for a reader");
	assert_int_equal(end(&follower, SIGINT), 4);
	forget(&follower);
}

static void a_terminal_is_refused(void **s)
{
	const char *const files[] = { "-", "/dev/tty", "$(tty)" };

	(void)s;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		const char *out = must("script -qec '%s capture -w %s; echo exit $?' /dev/null "
				       "</dev/null | tr -d '\\r'",
				       netfwv6(), files[i]);

		assert_non_null(strstr(out, "terminal"));
		assert_non_null(strstr(out, "\nexit 2\n"));
		assert_int_equal(count_lines(out), 2);
	}
}

static void a_new_file_is_for_its_owner(void **s)
{
	struct follower follower;

	(void)s;
	umask(0);
	follower = capture("a", "-c 1");
	umask(022);
	send_dropped(1);
	assert_int_equal(wait_for_end(&follower), 0);
	assert_string_equal(must("stat -c '%%a %%u %%g' %s/a", folder), "600 0 0\n");
	forget(&follower);
}

static void an_own_file_is_overwritten(void **s)
{
	struct follower follower;

	(void)s;
	must("head -c 100000 /dev/zero >%s/a && chmod 640 %s/a", folder, folder);
	follower = capture("a", "-c 1");
	send_dropped(1);
	assert_int_equal(wait_for_end(&follower), 0);
	assert_string_equal(fields("a", "tcp.srcport"), "40001\n");
	assert_string_equal(must("stat -c %%a %s/a", folder), "640\n");
	forget(&follower);
}

static const struct {
	const char *made; /* in the folder, by a shell that stands in it */
	const char *file, *sentence;
} unsafe_rows[] = {
	{ "ln -s victim a", "a", "a symbolic link, which is not followed" },
	{ "ln -s nothing a", "a", "a symbolic link, which is not followed" },
	{ "ln -s ../victim all/a", "all/a", "a symbolic link, which is not followed" },
	{ "ln -s .. all/up", "all/up/victim", "a symbolic link on the way lies in a directory" },
	{ "ln -s .. all/up; ln -s all/up safe", "safe/victim",
	  "a symbolic link on the way lies in a directory" },
	{ "ln victim a", "a", "the file has other names, too" },
	{ "chown 65534 victim", "victim", "it belongs to another user" },
	{ "mkfifo all/pipe; chown 65534 all/pipe", "all/pipe", "it belongs to another user" },
	{ "mkdir a", "a", "a directory" },
};

static void what_others_could_have_made_is_refused(void **s)
{
	(void)s;
	for (size_t i = 0; i < sizeof(unsafe_rows) / sizeof(*unsafe_rows); i++) {
		const struct output *output;

		must("cd %s && rm -rf a safe victim all/* && echo precious >victim && { %s; }",
		     folder, unsafe_rows[i].made);
		output = run("timeout 10 %s capture -w %s/%s", netfwv6(), folder,
			     unsafe_rows[i].file);
		if (output->status != 4 || !is_one_sentence(output->err) ||
		    !strstr(output->err, unsafe_rows[i].sentence))
			fail_msg("%s: exit %d: %s", unsafe_rows[i].made, output->status,
				 output->err);
		assert_string_equal(must("cat %s/victim", folder), "precious\n");
		assert_int_equal(run("test -e %s/nothing", folder)->status, 1);
	}
}

static void links_that_root_made_lead_the_way(void **s)
{
	struct follower follower;

	(void)s;
	must("cd %s && mkdir real && ln -s real link && ln -s %s/link/../link all-is-well", folder,
	     folder);
	follower = capture("all-is-well/a", "-c 1");
	send_dropped(1);
	assert_int_equal(wait_for_end(&follower), 0);
	assert_string_equal(fields("real/a", "tcp.srcport"), "40001\n");
	forget(&follower);
	follower = start("cd %s/all && exec %s capture -w here -c 1", folder,
			 must("realpath %s | tr -d '\\n'", netfwv6()));
	wait_for_err(&follower, "Ctrl-C ends it\n");
	send_dropped(1);
	assert_int_equal(wait_for_end(&follower), 0);
	assert_string_equal(fields("all/here", "tcp.srcport"), "40001\n");
	forget(&follower);
}

static void a_full_disk_is_told(void **s)
{
	const struct output *output = run("%s capture -q -w /dev/full", netfwv6());

	(void)s;
	assert_int_equal(output->status, 4);
	assert_string_equal(output->err,
			    "netfwv6: cannot write /dev/full: No space left on device\n");
}

/* What is closed for the command stays so: it does not become the capture, or the other way round. */
static void closed_streams_are_not_the_file(void **s)
{
	static const char *const closings[] = { "<&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-" };

	(void)s;
	for (size_t i = 0; i < sizeof(closings) / sizeof(*closings); i++) {
		struct follower follower =
			start("exec %s capture -w %s/a -c 1 %s", netfwv6(), folder, closings[i]);

		send_until_end(&follower);
		wait_for_end(&follower);
		assert_string_equal(must("head -c 4 %s/a | od -An -tx1", folder), " 0a 0d 0d 0a\n");
		assert_int_equal(run("grep -aq 'netfwv6: ' %s/a", folder)->status, 1);
		assert_string_equal(fields("a", "tcp.srcport"), "40001\n");
		forget(&follower);
	}
	assert_int_equal(run("timeout 10 %s capture -w - >&-", netfwv6())->status, 4);
	assert_int_equal(run("timeout 10 %s monitor >&-", netfwv6())->status, 4);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		capture_test(packets_can_be_read_at_once),
		capture_test(a_killed_capture_can_be_read),
		capture_test(a_pipe_into_tshark_works),
		capture_test(a_closed_pipe_ends_it_quietly),
		capture_test(a_named_pipe_waits_for_its_reader),
		capture_test(the_wait_for_a_reader_can_be_ended),
		capture_test(a_terminal_is_refused),
		capture_test(a_new_file_is_for_its_owner),
		capture_test(an_own_file_is_overwritten),
		capture_test(what_others_could_have_made_is_refused),
		capture_test(links_that_root_made_lead_the_way),
		capture_test(a_full_disk_is_told),
		capture_test(closed_streams_are_not_the_file),
	};
	const size_t rows = sizeof(error_rows) / sizeof(*error_rows);
	const size_t n = sizeof(others) / sizeof(*others);

	return _cmocka_run_group_tests("capture files", refusal_tests(error_rows, rows, others, n),
				       rows + n, world_setup, world_teardown);
}
