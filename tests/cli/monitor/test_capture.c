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

#include "captures.h"
#include "tun.h"

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

static void the_same_is_captured(const char *mode)
{
	static char bytes[65536];
	static struct frame frame;
	struct follower follower;
	size_t used = 0;

	must("%s -q disable fw0 && %s -q enable fw0 --mode %s", netfwv6(), netfwv6(), mode);
	follower = capture("a", "");
	for (const struct shot *shot = all_shots; shot->packet; shot++) {
		if (!shot->reason)
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

static void generic_mode_captures_the_same(void **s)
{
	(void)s;
	the_same_is_captured("generic");
}

static void tc_mode_captures_the_same(void **s)
{
	(void)s;
	the_same_is_captured("tc");
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
	link = add_device("fw1", "peer1");
	tun = make_tun("tun0");
	must("%s -q enable tun0", netfwv6());
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

/* Too large for one piece of memory, so that socket buffers have pages. */
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
	static const struct CMUnitTest tests[] = {
		capture_test_native(exactly_the_dropped_packets_are_captured),
		capture_test(times_are_those_of_the_packets),
		capture_test(generic_mode_captures_the_same),
		capture_test(tc_mode_captures_the_same),
		capture_test(each_device_is_an_interface),
		capture_test(snaplen_cuts_what_is_kept),
		capture_test(large_frames_are_whole),
		capture_test_native(large_frames_are_whole),
		capture_test(filters_hold_for_packets_too),
		capture_test(it_ends_after_so_many),
		capture_test(without_a_packet_the_file_is_one_all_the_same),
		capture_test(what_is_missed_is_in_the_file),
		capture_test(what_is_missed_is_told_also_without_a_packet),
	};
	return cmocka_run_group_tests_name("capture", tests, world_setup, world_teardown);
}
