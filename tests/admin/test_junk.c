// SPDX-License-Identifier: LGPL-2.1-or-later
/* What was written into maps past the library: it is passed over, and a rebuild leaves it behind. */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "layout.h"
#include "rebuilds.h"
#include "world.h"

static void write_batch(const char *pin, const void *keys, const void *values, uint32_t n)
{
	int fd = open_pin(pin);

	expect(fd >= 0);
	expect(bpf_map_update_batch(fd, keys, values, &n, NULL) == 0);
	close(fd);
}

static uint32_t count_keys(const char *pin)
{
	int fd = open_pin(pin);
	char key[64], next[64];
	uint32_t n = 0;

	assert_true(fd >= 0);
	while (!bpf_map_get_next_key(fd, n ? key : NULL, next)) {
		memcpy(key, next, sizeof(key));
		n++;
	}
	close(fd);
	return n;
}

/* ---- Names ---------------------------------------------------------------------------- */

#define UNOWNED_SLOT 31

/* A name that no port has: the entry is none, is that of port 0, or the slot is none. */
static struct name_key no_port(uint32_t i)
{
	switch (i % 3) {
	case 0:
		return (struct name_key){ .entry = PORT_ENTRIES + i };
	case 1:
		return (struct name_key){ .entry = 1 + i,
					  .scope = i % 2 ? SLOT_MAX + 1 + i : NAME_IGNORED };
	default:
		return (struct name_key){ .entry = i == 2 ? 0 : ~i };
	}
}

/* A port that is open on a connection that does not exist. */
static struct name_key open_nowhere(uint32_t i)
{
	return (struct name_key){ .entry = i, .scope = UNOWNED_SLOT };
}

/* Fills the table of names to its end, as a member may. */
static void fill_names(struct name_key (*key_of)(uint32_t i))
{
	struct name_key *keys = calloc(NAME_RECORDS, sizeof(*keys));
	char(*names)[NAME_SIZE] = calloc(NAME_RECORDS, sizeof(*names));

	expect(keys && names);
	for (uint32_t i = 0; i < NAME_RECORDS; i++) {
		keys[i] = key_of(i);
		memset(names[i], 'x', NAME_SIZE); /* and no end */
	}
	write_batch("names", keys, names, NAME_RECORDS);
	free(keys);
	free(names);
}

static void name_what_is_no_port(void *unused)
{
	(void)unused;
	fill_names(no_port);
}

static void name_what_is_open_nowhere(void *unused)
{
	uint32_t *keys = calloc(PORT_ENTRIES, sizeof(*keys));
	uint64_t *entries = calloc(PORT_ENTRIES, sizeof(*entries));

	(void)unused;
	expect(keys && entries);
	for (uint32_t i = 0; i < PORT_ENTRIES; i++) {
		keys[i] = i;
		entries[i] = ENTRY_OPEN(UNOWNED_SLOT);
	}
	write_batch("ports", keys, entries, PORT_ENTRIES);
	free(keys);
	free(entries);
	fill_names(open_nowhere);
}

static void names_are_full_of_junk(void (*write_junk)(void *))
{
	make_rebuildable_state();
	as_user(&member, write_junk, NULL);
	assert_int_equal(count_keys("names"), NAME_RECORDS);
}

static void a_port_is_opened_by_name(void)
{
	must("%s -q open 443/tcp --name kept", netfwv6());
	assert_string_equal(must("%s list --json | jq -c '.ports[] | [.port, .name]'", netfwv6()),
			    "[443,\"kept\"]\n");
}

static void what_names_no_port_makes_room(void **s)
{
	(void)s;
	names_are_full_of_junk(name_what_is_no_port);
	a_port_is_opened_by_name();
	assert_int_equal(count_keys("names"), 1);
}

static void leaves_the_junk_behind(void (*write_junk)(void *), const char *initialize)
{
	devices_reset(NULL);
	names_are_full_of_junk(write_junk);
	must("%s -q %s", netfwv6(), initialize);
	assert_int_equal(count_keys("names"), 0);
	a_port_is_opened_by_name();
	must("%s -q init --rebuild", netfwv6());
	assert_int_equal(count_keys("names"), 1);
}

static void a_rebuild_leaves_names_of_no_port_behind(void **s)
{
	(void)s;
	leaves_the_junk_behind(name_what_is_no_port, "init --rebuild");
	leaves_the_junk_behind(name_what_is_open_nowhere, "init --rebuild");
	leaves_the_junk_behind(name_what_is_open_nowhere, "init --group 0");
}

/* ---- Configured devices ----------------------------------------------------------------- */

/* Names without an end, with more behind it, also as one that is left out of every device. */
static const char junk_devices[][DEVICE_NAME_SIZE + 1] = {
	"0123456789abcdef",
	"fw0\0and more",
	"\0fw0\0and more",
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
};
#define JUNK_DEVICES (sizeof(junk_devices) / sizeof(*junk_devices))

static void configure_junk(void)
{
	char keys[JUNK_DEVICES][DEVICE_NAME_SIZE];
	struct configured_record records[JUNK_DEVICES] = {};

	for (size_t i = 0; i < JUNK_DEVICES; i++)
		memcpy(keys[i], junk_devices[i], DEVICE_NAME_SIZE);
	write_batch("configured", keys, records, JUNK_DEVICES);
}

static void configured_junk_is_passed_over(void **s)
{
	static const char *const commands[] = { "status",      "status --json", "list",
						"list --json", "stats",		"top -c 1",
						"stats --json" };

	(void)s;
	make_rebuildable_state();
	must("%s -q enable fw0 && ip link del fw2", netfwv6());
	configure_junk();
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		must("timeout 20 %s %s", netfwv6(), commands[i]);
	assert_string_equal(must("%s status --json | jq -c '[.configured[].device]'", netfwv6()),
			    "[\"fw2\"]\n");
}

static void a_rebuild_leaves_configured_junk_behind(void **s)
{
	(void)s;
	make_rebuildable_state();
	configure_junk();
	assert_int_equal(count_keys("configured"), DEVICES + JUNK_DEVICES);
	make_rebuild();
	assert_int_equal(count_keys("configured"), DEVICES);
	must("for d in fw0 fw1 fw2; do %s -q disable $d || exit; done && %s -q remove", netfwv6(),
	     netfwv6());
}

/* ---- A rebuild without an end --------------------------------------------------------------- */

static void retire_the_table(void)
{
	const uint64_t retired = ENTRY_RETIRED;
	const uint32_t key = RETIRED_ENTRY;

	write_batch("ports", &key, &retired, 1);
}

static void wait_for_the_rebuild(void *unused)
{
	struct netfwv6_mgr *mgr;

	(void)unused;
	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_result(netfwv6_mgr_open_global_port(mgr, 80, TCP, NULL), NETFWV6_E_RETRY);
	expect_result(netfwv6_mgr_close_global_port(mgr, 80, TCP), NETFWV6_E_RETRY);
	netfwv6_mgr_close(mgr);
}

static void who_waits_for_a_rebuild_in_vain_may_try_again(void **s)
{
	(void)s;
	make_rebuildable_state();
	retire_the_table();
	as_user(&member, wait_for_the_rebuild, NULL);
	must("%s -q open 80/tcp", netfwv6()); /* root mends it */
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(what_names_no_port_makes_room),
		on_devices(a_rebuild_leaves_names_of_no_port_behind),
		on_devices(configured_junk_is_passed_over),
		on_devices(a_rebuild_leaves_configured_junk_behind),
		on_devices(who_waits_for_a_rebuild_in_vain_may_try_again),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
