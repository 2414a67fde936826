// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What members of the group write into the maps that they may write comes out of save as lines of
 * open and ignore, one of each record, or not at all.
 */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "layout.h"
#include "rebuilds.h"
#include "world.h"

static void put(const char *pin, const void *key, const void *value)
{
	int fd = open_pin(pin);

	expect(fd >= 0);
	expect(bpf_map_update_elem(fd, key, value, BPF_ANY) == 0);
	close(fd);
}

static void put_name(uint32_t port, uint32_t slot, const char *name)
{
	struct name_key key = { .entry = port, .scope = slot };
	char value[NAME_SIZE] = "";

	memcpy(value, name, strnlen(name, sizeof(value)));
	put("names", &key, value);
}

static void put_entry(uint32_t port, uint64_t bits)
{
	put("ports", &port, &bits);
}

static void put_slot(uint32_t slot, const char *device)
{
	struct slot_record record = {};

	memcpy(record.device, device, strnlen(device, sizeof(record.device)));
	put("slots", &slot, &record);
}

static const char *const bad_names[] = {
	"a\nenable eth0",
	"a\renable eth0",
	"\033[2J",
	"a\tb",
	"\xff\xfe",
	"a\xe2\x80\xa8"
	"b",
	"\x7f",
};
#define BAD_NAMES (sizeof(bad_names) / sizeof(*bad_names))

static void write_names(void *unused)
{
	(void)unused;
	put_name(1, 0, "x' enable eth0 '");
	put_name(2, 0, "\" --dev eth0 #");
	put_name(3, 0, "enable eth0");
	put_name(4, 0, "\\");
	put_name(5, 0, "--dev");
	for (uint32_t i = 0; i < BAD_NAMES; i++)
		put_name(10 + i, 0, bad_names[i]);
	for (uint32_t port = 1; port < 20; port++)
		put_entry(port, ENTRY_GLOBAL);
}

static void names_stay_names(void **s)
{
	const struct output *output;

	(void)s;
	must("%s -q init --group %d", netfwv6(), ADMINISTRATORS);
	as_user(&member, write_names, NULL);
	output = run("%s save", netfwv6());
	assert_int_equal(output->status, 0);
	assert_string_equal(output->out, "version 1\ngroup 64000\n"
					 "open 1/tcp --name 'x'\\'' enable eth0 '\\'''\n"
					 "open 2/tcp --name '\" --dev eth0 #'\n"
					 "open 3/tcp --name 'enable eth0'\n"
					 "open 4/tcp --name '\\'\n"
					 "open 5/tcp --name --dev\n"
					 "open 6-19/tcp\n");
	assert_string_equal(output->err, "netfwv6: warning: the names of 7 ports are left out, as "
					 "they are not printable UTF-8\n");
	/* It says what it looks like. */
	must("%s save 2>/dev/null > $NETFWV6_STATE.text; %s apply --dry-run $NETFWV6_STATE.text | "
	     "grep -q '^nothing' && rm $NETFWV6_STATE.text",
	     netfwv6(), netfwv6());
}

static void write_slots(void *unused)
{
	static const char *const owners[] = { "a\nenable b", "a b",  "a/b",   "'quote'",
					      "#hash",	     "\xff", "--dev", "fw0",
					      "fw0",	     "a\"b", "",      "0123456789abcdef" };

	(void)unused;
	for (uint32_t i = 0; i < sizeof(owners) / sizeof(*owners); i++)
		put_slot(1 + i, owners[i]);
	put_entry(22, 0x1ffeULL);
	put_entry(23, 0x1ffeULL << 32);
	put_name(22, 4, "a' enable b");
}

static void devices_stay_devices(void **s)
{
	const struct output *output;

	(void)s;
	must("%s -q init --group %d", netfwv6(), ADMINISTRATORS);
	as_user(&member, write_slots, NULL);
	output = run("%s save", netfwv6());
	assert_int_equal(output->status, 0);
	assert_string_equal(output->out,
			    "version 1\ngroup 64000\n"
			    "open 22/tcp --dev '#hash'\n"
			    "open 22/tcp --dev ''\\''quote'\\''' --name 'a'\\'' enable b'\n"
			    "open 22/tcp --dev --dev\n"
			    "open 22/tcp --dev 0123456789abcde\n"
			    "open 22/tcp --dev 'a\"b'\n"
			    "open 22/tcp --dev fw0\n"
			    "ignore 23/tcp --dev '#hash'\n"
			    "ignore 23/tcp --dev ''\\''quote'\\'''\n"
			    "ignore 23/tcp --dev --dev\n"
			    "ignore 23/tcp --dev 0123456789abcde\n"
			    "ignore 23/tcp --dev 'a\"b'\n"
			    "ignore 23/tcp --dev fw0\n");
	assert_non_null(strstr(output->err, "the ports of 'a?enable b' in slot 1 are left out"));
	/* What belongs to nobody goes with the next policy. */
	must("%s save 2>/dev/null | %s -q apply - && %s save", netfwv6(), netfwv6(), netfwv6());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(names_stay_names),
		test(devices_stay_devices),
	};

	return cmocka_run_group_tests_name("policies and junk", tests, world_setup, world_teardown);
}
