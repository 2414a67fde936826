// SPDX-License-Identifier: LGPL-2.1-or-later
/* 'netfwv6 log': the settings of the log, as their user meets them. */
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "refusal.h"
#include "writer.h"

#define AT_FIRST                                                                                   \
	"dropped packets: off\n"                                                                   \
	"connections:     off\n"                                                                   \
	"file:            /var/log/netfwv6.log\n"                                                  \
	"maximum size:    4194304 bytes\n"                                                         \
	"rate:            1000 events a second and CPU\n"

static int set_up(void **s)
{
	struct netfwv6_mgr *mgr;

	world_reset(s);
	mgr = open_mgr();
	assert_ok(netfwv6_mgr_remove(mgr));
	netfwv6_mgr_close(mgr);
	return 0;
}

static void at_first_nothing_is_logged(void **s)
{
	(void)s;
	assert_string_equal(must("%s log", netfwv6()), AT_FIRST);
	assert_int_not_equal(access(world.state, F_OK), 0); /* asking makes no state */
	must("%s -q enable fw0", netfwv6());
	assert_string_equal(must("%s log", netfwv6()), AT_FIRST);
}

static void every_setting_is_put_and_shown(void **s)
{
	const char *changed = "dropped packets: on\n"
			      "connections:     on\n"
			      "file:            /tmp/x y.log\n"
			      "maximum size:    4096 bytes\n"
			      "rate:            4294967294 events a second and CPU\n";

	(void)s;
	assert_string_equal(must("%s log --dropped on --connections on --file '/tmp/x y.log' "
				 "--max-size 4096 --rate 4294967294",
				 netfwv6()),
			    changed);
	assert_string_equal(must("%s log", netfwv6()), changed);
	assert_string_equal(must("%s log --dropped on --max-size 4096", netfwv6()), changed);
	assert_string_equal(must("%s -q log --dropped off", netfwv6()), "");
	assert_string_equal(must("%s log --connections off --file /var/log/netfwv6.log --max-size "
				 "4194304 --rate 1000",
				 netfwv6()),
			    AT_FIRST);
}

static void one_setting_leaves_the_others(void **s)
{
	static const char *const changes[][2] = {
		{ "--dropped on", "{\"dropped\":true}" },
		{ "--connections on", "{\"connections\":true}" },
		{ "--file /tmp/a", "{\"file\":\"/tmp/a\"}" },
		{ "--max-size 9223372036854775807", "{\"max_size\":9223372036854775807}" },
		{ "--rate 1", "{\"rate\":1}" },
		{ "--rate unlimited", "{\"rate\":null}" },
		{ "--dropped off", "{\"dropped\":false}" },
		{ "--connections off", "{\"connections\":false}" },
	};
	char file[96];

	(void)s;
	snprintf(file, sizeof(file), "%s.json", world.state);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		must("%s log --json >%s", netfwv6(), file);
		must("%s log %s >/dev/null", netfwv6(), changes[i][0]);
		must("%s log --json | jq -e --slurpfile before %s '. == $before[0] + %s'",
		     netfwv6(), file, changes[i][1]);
	}
	must("rm %s", file);
}

static void settings_are_json(void **s)
{
	(void)s;
	assert_string_equal(must("%s log --json | jq -c .", netfwv6()),
			    "{\"changed\":false,\"dropped\":false,\"connections\":false,\"file\":"
			    "\"/var/log/netfwv6.log\",\"max_size\":4194304,\"rate\":1000}\n");
	assert_string_equal(must("%s log --json --rate unlimited | jq -c .rate", netfwv6()),
			    "null\n");
}

/* One that is refused takes back those in front of it. */
static void all_is_changed_or_nothing(void **s)
{
	static const char *const refused[] = {
		"--dropped yes",
		"--dropped ''",
		"--dropped ON",
		"--connections 1",
		"--rate 0",
		"--rate -1",
		"--rate 4294967295",
		"--rate 1x",
		"--rate ''",
		"--rate ' 1'",
		"--rate 18446744073709551617",
		"--max-size 4095",
		"--max-size 0",
		"--max-size 9223372036854775808",
		"--max-size 18446744073709555712", /* 4096 in 64 bits */
		"--max-size 1M",
		"--max-size 0x2000",
		"--file ''",
		"--file relative/log",
		"--file /var/log/",
		"--file \"$(printf '/tmp/a\\nb')\"",
		"--file /$(printf %0255d)",
		"extra",
	};
	char before[512];

	(void)s;
	must("%s -q enable fw0 && %s -q log --rate 77", netfwv6(), netfwv6());
	snprintf(before, sizeof(before), "%s", must("%s log", netfwv6()));
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		const struct output *output = run(
			"%s log --dropped on --connections on --file /tmp/other --max-size 8192 "
			"--rate 5 %s",
			netfwv6(), refused[i]);

		if (output->status != 2 || *output->out || !*output->err)
			fail_msg("%s: exit %d: %s%s", refused[i], output->status, output->out,
				 output->err);
		assert_string_equal(must("%s log", netfwv6()), before);
	}
}

/* Something stands where the buffer is to be, so that it fails behind the others. */
static void what_fails_late_is_taken_back(void **s)
{
	char before[512];

	(void)s;
	must("%s -q enable fw0 && %s -q log --rate 77", netfwv6(), netfwv6());
	snprintf(before, sizeof(before), "%s", must("%s log", netfwv6()));
	must("mkdir %s/logring", world.state);
	assert_int_equal(
		run("%s log --file /tmp/other --max-size 8192 --rate 5 --dropped on", netfwv6())
			->status,
		4);
	must("rmdir %s/logring", world.state);
	assert_string_equal(must("%s log", netfwv6()), before);
}

static void settings_outlive_the_device(void **s)
{
	(void)s;
	must("%s -q enable fw0 && %s -q log --dropped on --rate 5", netfwv6(), netfwv6());
	must("%s -q disable fw0", netfwv6());
	must("%s log --json | jq -e '.dropped and .rate == 5'", netfwv6());
	must("%s -q enable fw0 && %s log --json | jq -e '.dropped and .rate == 5'", netfwv6(),
	     netfwv6());
}

static void who_is_not_root_sees_and_changes_nothing(void **s)
{
	const char *nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
	char before[512];

	(void)s;
	must("install -m 755 build/netfwv6 %s-netfwv6", world.state);
	must("%s -q enable fw0 && %s -q log --dropped on", netfwv6(), netfwv6());
	snprintf(before, sizeof(before), "%s", must("%s log", netfwv6()));
	assert_string_equal(must("%s %s-netfwv6 log", nobody, world.state), before);
	assert_int_equal(run("%s %s-netfwv6 log --dropped off", nobody, world.state)->status, 3);
	assert_int_equal(run("%s %s-netfwv6 log --file /tmp/x", nobody, world.state)->status, 3);
	assert_string_equal(must("%s log", netfwv6()), before);
	must("rm %s-netfwv6", world.state);
}

/* Written past the library: 256 bytes. */
static void write_path(const char *path, size_t length)
{
	struct log_record record = { .rate = 1, .maximum_size = 4096 };
	uint32_t key = 0;
	char pin[128];
	int map;

	snprintf(pin, sizeof(pin), "%s/logging", world.state);
	map = bpf_obj_get(pin);
	assert_true(map >= 0);
	memset(record.path, 'x', sizeof(record.path));
	memcpy(record.path, path, length);
	assert_int_equal(bpf_map_update_elem(map, &key, &record, BPF_ANY), 0);
	close(map);
}

static void assert_damage_is_told(const char *arguments)
{
	const struct output *output = run("timeout 10 %s %s", netfwv6(), arguments);

	if (output->status != 4 || *output->out || !is_one_sentence(output->err) ||
	    !strstr(output->err, "netfwv6 log --file"))
		fail_msg("%s: exit %d: %s%s", arguments, output->status, output->out, output->err);
}

static void a_damaged_path_is_told_and_replaced(void **s)
{
	static const char *const paths[] = {
		"/tmp/\x1b[2J\x1b]0;title\a", "/tmp/\xff\xfe", "", "relative/log", "/tmp/a\nb",
		"/tmp/\xe2\x80\xae"
	};

	(void)s;
	must("%s -q init", netfwv6());
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		write_path(paths[i], strlen(paths[i]) + 1);
		assert_damage_is_told("log");
		assert_damage_is_told("log --json");
		assert_damage_is_told("log --rate 7");
		assert_damage_is_told("logd");
		must("%s -q log --file /tmp/mended", netfwv6());
		assert_string_equal(must("%s log --json | jq -c '[.file,.rate]'", netfwv6()),
				    "[\"/tmp/mended\",1]\n");
	}
	write_path("/", 1); /* without an end */
	must("%s log --json | jq -e '.file | length == 255'", netfwv6());
}

#define command_test(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		command_test(at_first_nothing_is_logged),
		command_test(every_setting_is_put_and_shown),
		command_test(one_setting_leaves_the_others),
		command_test(settings_are_json),
		command_test(all_is_changed_or_nothing),
		command_test(what_fails_late_is_taken_back),
		command_test(settings_outlive_the_device),
		command_test(a_damaged_path_is_told_and_replaced),
		command_test(who_is_not_root_sees_and_changes_nothing),
	};

	return cmocka_run_group_tests_name("log command", tests, world_setup, world_teardown);
}
