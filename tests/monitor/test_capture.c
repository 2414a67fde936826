// SPDX-License-Identifier: LGPL-2.1-or-later
/* capture: dropped packets as a pcapng file, read back by tshark. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "refusal.h"
#include "scene.h"
#include "tun.h"

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

/* ---- The fixture: a folder of root's, a folder of everybody's ---------------------- */

static char folder[64];

static int capture_reset(void **unused)
{
	if (run("command -v tshark")->status) {
		print_message("# no tshark here\n");
		skip();
	}
	scene_reset(unused);
	snprintf(folder, sizeof(folder), "/tmp/nf6-capture-%d", getpid());
	must("rm -rf %s && mkdir -m 755 %s && mkdir -m 777 %s/all", folder, folder, folder);
	must("chmod 777 %s/all", folder);
	return 0;
}

static int capture_end(void **unused)
{
	scene_end(unused);
	must("rm -rf %s", folder);
	return 0;
}

#define capture_test(function) cmocka_unit_test_setup_teardown(function, capture_reset, capture_end)

static struct follower capture(const char *file, const char *options)
{
	char arguments[256];

	snprintf(arguments, sizeof(arguments), "capture -w %s/%s %s", folder, file, options);
	return follow(arguments);
}

/* What tshark says of a file; it may still grow. */
static const char *fields(const char *file, const char *names)
{
	return must("tshark -nr %s/%s -T fields $(printf ' -e %%s' %s)", folder, file, names);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

struct awaited_packets {
	const char *file;
	size_t n;
};

static bool are_there(void *context)
{
	const struct awaited_packets *awaited = context;
	/* A file whose last block is being written is an error to tshark, for now. */
	const struct output *output =
		run("tshark -nr %s/%s -T fields -e frame.number", folder, awaited->file);

	return count_lines(output->out) >= awaited->n;
}

static void wait_for_captured(const char *file, size_t n)
{
	struct awaited_packets awaited = { file, n };

	wait_until(are_there, &awaited, "the packets could be read");
}

/* ---- Packets ------------------------------------------------------------------------ */

static size_t put_hex(char *text, const struct frame *frame, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sprintf(text + 2 * i, "%02x", frame->bytes[i]);
	strcpy(text + 2 * length, "\n");
	return 2 * length + 1;
}

/* As tshark -T jsonraw has them: all bytes of all frames. */
static const char *frames_in(const char *file)
{
	return must("tshark -nr %s/%s -T jsonraw | jq -r '.[]._source.layers.frame_raw[0]'", folder,
		    file);
}

static void exactly_the_dropped_packets_are_captured(void **s)
{
	static char bytes[65536], comments[8192];
	static struct frame frame;
	struct follower follower = capture("a", "");
	size_t used = 0, said = 0;

	(void)s;
	send_all_shots(wire);
	send_all_shots(wire);
	wait_for_wire();
	assert_int_equal(end(&follower, SIGINT), 0);
	wait_for_err(&follower, "netfwv6: 30 packets captured, 0 missed\n");
	for (int i = 0; i < 2; i++) {
		for (const struct shot *shot = all_shots; shot->packet; shot++) {
			if (!shot->reason)
				continue;
			build_shot(&frame, shot);
			used += put_hex(bytes + used, &frame, frame.length);
			said += sprintf(comments + said, "fw0\t%s: %s\t%zu\t%zu\n", shot->reason,
					shot->sentence, frame.length, frame.length);
		}
	}
	assert_string_equal(frames_in("a"), bytes);
	assert_string_equal(fields("a", "frame.interface_name frame.comment frame.len "
					"frame.cap_len"),
			    comments);
	forget(&follower);
}

/* Each reader finds out for itself how the clocks differ, so not to the nanosecond. */
static void times_are_those_of_the_packets(void **s)
{
	struct follower follower = capture("a", "-c 1"), json = follow("monitor --json -c 1");
	double captured, told;

	(void)s;
	send_dropped(1);
	assert_int_equal(wait_for_end(&follower), 0);
	assert_int_equal(wait_for_end(&json), 0);
	captured = strtod(fields("a", "frame.time_epoch"), NULL);
	told = strtod(ask(&json, "(.time[0:19] + \"Z\" | fromdate) + (\"0\" + .time[19:29] | "
				 "tonumber)"),
		      NULL);
	assert_true(captured - told < 1e-3 && told - captured < 1e-3);
	forget(&follower);
	forget(&json);
}

static void generic_mode_captures_the_same(void **s)
{
	static char bytes[65536];
	static struct frame frame;
	struct follower follower;
	size_t used = 0;

	(void)s;
	must("%s -q disable fw0 && %s -q enable fw0 --mode generic", netfwv6(), netfwv6());
	follower = capture("a", "");
	for (const struct shot *shot = all_shots; shot->packet; shot++) {
		/* A tag may be taken off the frame before the program sees it. */
		if (!shot->with_ports || shot->port == 8080)
			continue;
		send_shot(wire, shot);
		build_shot(&frame, shot);
		used += put_hex(bytes + used, &frame, frame.length);
	}
	wait_for_wire();
	assert_int_equal(end(&follower, SIGINT), 0);
	assert_string_equal(frames_in("a"), bytes);
	forget(&follower);
}

static void each_device_is_an_interface(void **s)
{
	const struct shot raw = { .packet = PIECES(ETHERNET, IPV6, L4, DATA(5)),
				  .protocol = IPPROTO_UDP,
				  .source_port = 41000,
				  .port = 53 };
	static struct frame frame;
	struct follower follower, one;
	char wanted[1024];
	int link, tun;

	(void)s;
	must("ip link add fw1 type veth peer name peer1 netns %s && ip link set fw1 up && "
	     "ip -n %s link set peer1 up",
	     world.peer, world.peer);
	tun = make_tun("tun0");
	must("%s -q enable fw1 && %s -q enable tun0", netfwv6(), netfwv6());
	link = open_link("peer1");
	follower = capture("a", "");
	one = capture("b", "--dev tun0 --dev fw1 --proto udp");
	send_shot(wire, &all_shots[0]);
	wait_for_wire();
	build_raw_shot(&frame, &raw);
	assert_int_equal(write(tun, frame.bytes, frame.length), frame.length);
	wait_for_packets("tun0", "closed-udp", 1);
	put_hex(wanted, &frame, frame.length);
	send_shot(link, &all_shots[0]);
	wait_for_packets("fw1", "closed-tcp", 1);
	send_shot(wire, &all_shots[1]);
	wait_for_wire();
	assert_int_equal(end(&follower, SIGINT), 0);
	assert_int_equal(end(&one, SIGINT), 0);
	assert_string_equal(fields("a", "frame.interface_id frame.interface_name frame.encap_type "
					"ipv6.src udp.dstport tcp.dstport"),
			    "0\tfw0\t1\t2001:db8::2\t\t443\n"
			    "1\ttun0\t7\t2001:db8::2\t53\t\n"
			    "2\tfw1\t1\t2001:db8::2\t\t443\n"
			    "0\tfw0\t1\t2001:db8::2\t53\t\n");
	assert_string_equal(fields("b", "frame.interface_name"), "tun0\n");
	assert_string_equal(frames_in("b"), wanted);
	forget(&follower);
	forget(&one);
	close(link);
	close(tun);
}

static void snaplen_cuts_what_is_kept(void **s)
{
	static char wanted[8192];
	static struct frame frame;
	struct follower one = capture("a", "--snaplen 1"), some = capture("b", "--snaplen 100");

	(void)s;
	for (int i = 0; i < 5; i++)
		send_shot(wire, &all_shots[i]);
	wait_for_wire();
	assert_int_equal(end(&one, SIGINT), 0);
	assert_int_equal(end(&some, SIGINT), 0);
	assert_string_equal(fields("a", "frame.len frame.cap_len"),
			    "74\t1\n73\t1\n1074\t1\n74\t1\n");
	assert_string_equal(fields("b", "frame.len frame.cap_len"),
			    "74\t74\n73\t73\n1074\t100\n74\t74\n");
	build_shot(&frame, &all_shots[3]);
	put_hex(wanted, &frame, 100);
	assert_non_null(strstr(frames_in("b"), wanted));
	forget(&one);
	forget(&some);
}

static void large_frames_are_whole(void **s)
{
	const struct shot large = { .packet = PIECES(ETHERNET, IPV6, L4, DATA(8900)),
				    .protocol = IPPROTO_UDP,
				    .source_port = 42000,
				    .port = 53 };
	static char wanted[32768];
	static struct frame frame;
	struct follower follower;

	(void)s;
	must("ip link set fw0 mtu 9000 && ip -n %s link set peer0 mtu 9000", world.peer);
	follower = capture("a", "-c 1");
	send_shot(wire, &large);
	assert_int_equal(wait_for_end(&follower), 0);
	build_shot(&frame, &large);
	put_hex(wanted, &frame, frame.length);
	assert_string_equal(frames_in("a"), wanted);
	must("ip link set fw0 mtu 1500 && ip -n %s link set peer0 mtu 1500", world.peer);
	forget(&follower);
}

static void filters_hold_for_packets_too(void **s)
{
	struct follower follower =
		capture("a", "--src 2001:db8::/64 --port 443 --port 65535 --proto tcp");

	(void)s;
	send_all_shots(wire);
	wait_for_wire();
	assert_int_equal(end(&follower, SIGTERM), 0);
	assert_string_equal(fields("a", "tcp.srcport"), "40001\n40004\n");
	wait_for_err(&follower, "2 packets captured, 0 missed");
	forget(&follower);
}

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
	while (is_running(&pipeline)) /* it does not say when it has begun */
		send_dropped(1);
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

/* ---- Its end --------------------------------------------------------------------------- */

/* What the statistics at the end of the file say of one interface, as capinfos does not. */
struct statistics {
	uint64_t lost, delivered;
	char comment[256];
};

static uint32_t u32(const uint8_t *data)
{
	uint32_t number;

	memcpy(&number, data, sizeof(number));
	return number;
}

static void read_statistics(const uint8_t *options, struct statistics *statistics)
{
	while (u32(options)) {
		uint32_t code = u32(options) & 0xffff, size = u32(options) >> 16;

		if (code == 7)
			memcpy(&statistics->lost, options + 4, 8);
		if (code == 8)
			memcpy(&statistics->delivered, options + 4, 8);
		if (code == 1)
			memcpy(statistics->comment, options + 4, size);
		options += 4 + (size + 3) / 4 * 4;
	}
}

static size_t find_statistics(const char *file, struct statistics *statistics)
{
	static uint8_t data[32 << 20];
	char path[128];
	size_t found = 0;
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	size = read(fd, data, sizeof(data));
	close(fd);
	for (uint8_t *block = data; block < data + size; block += u32(block + 4))
		if (u32(block) == 5)
			read_statistics(block + 20, &statistics[found++]);
	return found;
}

static void it_ends_after_so_many(void **s)
{
	struct statistics statistics = {};
	struct follower follower = capture("a", "-c 3");

	(void)s;
	send_dropped(5);
	assert_int_equal(wait_for_end(&follower), 0);
	assert_string_equal(fields("a", "tcp.srcport"), "40001\n40001\n40001\n");
	wait_for_err(&follower, "netfwv6: 3 packets captured, 0 missed\n");
	assert_int_equal(find_statistics("a", &statistics), 1);
	assert_int_equal(statistics.delivered, 3);
	assert_int_equal(statistics.lost, 0);
	forget(&follower);
}

static void without_a_packet_the_file_is_one_all_the_same(void **s)
{
	struct statistics statistics = {};
	struct follower follower = capture("a", "");

	(void)s;
	assert_int_equal(end(&follower, SIGINT), 0);
	assert_string_equal(fields("a", "frame.number"), "");
	must("capinfos %s/a | grep 'Capture application: *netfwv6 '", folder);
	assert_int_equal(find_statistics("a", &statistics), 0);
	forget(&follower);
}

/* Large ones, so that either the rate or the buffer is exceeded, however long it takes. */
#define FLOOD 16000

static void flood(struct follower *follower)
{
	assert_int_equal(kill(follower->pid, SIGSTOP), 0);
	for (int i = 0; i < FLOOD; i++)
		send_shot(wire, &all_shots[3]);
	assert_int_equal(kill(follower->pid, SIGCONT), 0);
	wait_for_wire();
	assert_int_equal(end(follower, SIGINT), 0);
}

static void what_is_missed_is_in_the_file(void **s)
{
	struct statistics statistics = {};
	struct follower follower = capture("a", "");
	uint64_t captured, over, full;
	char wanted[128];

	(void)s;
	flood(&follower);
	captured = count_lines(
		must("tshark -nr %s/a -T fields -e frame.number | sed 's/.*//'", folder));
	assert_int_equal(find_statistics("a", &statistics), 1);
	assert_int_equal(statistics.delivered, captured);
	assert_true(statistics.lost > 0);
	assert_int_equal(captured + statistics.lost, FLOOD);
	assert_int_equal(dropped_packets(), FLOOD);
	snprintf(wanted, sizeof(wanted), "netfwv6: %llu packets captured, %llu missed\n",
		 (unsigned long long)captured, (unsigned long long)statistics.lost);
	wait_for_err(&follower, wanted);
	assert_int_equal(sscanf(statistics.comment,
				"of all devices together: %lu over the rate, %lu while the buffer",
				&over, &full),
			 2);
	assert_int_equal(over + full, statistics.lost);
	forget(&follower);
}

static void what_is_missed_is_told_also_without_a_packet(void **s)
{
	struct statistics statistics = {};
	struct follower follower = capture("a", "--proto udp");

	(void)s;
	flood(&follower);
	assert_string_equal(fields("a", "frame.number"), "");
	assert_int_equal(find_statistics("a", &statistics), 1);
	assert_true(statistics.lost > 0);
	forget(&follower);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		capture_test(exactly_the_dropped_packets_are_captured),
		capture_test(times_are_those_of_the_packets),
		capture_test(generic_mode_captures_the_same),
		capture_test(each_device_is_an_interface),
		capture_test(snaplen_cuts_what_is_kept),
		capture_test(large_frames_are_whole),
		capture_test(filters_hold_for_packets_too),
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
		capture_test(it_ends_after_so_many),
		capture_test(without_a_packet_the_file_is_one_all_the_same),
		capture_test(what_is_missed_is_in_the_file),
		capture_test(what_is_missed_is_told_also_without_a_packet),
	};
	const size_t rows = sizeof(error_rows) / sizeof(*error_rows);
	const size_t n = sizeof(others) / sizeof(*others);

	return _cmocka_run_group_tests("capture", refusal_tests(error_rows, rows, others, n),
				       rows + n, world_setup, world_teardown);
}
