// SPDX-License-Identifier: LGPL-2.1-or-later
/* Settings by a device's name, while it is renamed. */
#include "devices.h"
#include "hooks.h"
#include "modes.h"
#include "prober.h"

/* ---- A device with another name ----------------------------------------------- */

static void a_renamed_device_keeps_its_settings_until_it_is_enabled(void **s)
{
	uint32_t program;

	(void)s;
	program = make_firewalled("old0");
	rename_device("old0", "new0");
	assert_true(firewalled("new0"));
	assert_string_equal(status_of("new0").settings_of, "old0");
	assert_int_equal(status_of("new0").program_id, program);
	assert_true(admits("new0", 443, TCP));
	assert_int_equal(rule_on("new0", 443, TCP), NETFWV6_RULE_OPEN_HERE);
	/* Settings of the new name can be made, and wait. */
	assert_false(is_open_on("new0", 443, TCP));
	open_on("new0", 80, TCP);
	assert_true(is_open_on("new0", 80, TCP));
	assert_int_equal(rule_on("new0", 80, TCP), NETFWV6_RULE_CLOSED);
	assert_false(admits("new0", 80, TCP));
	/* Those of the old name are in force, also where they change. */
	assert_true(is_open_on("old0", 443, TCP));
	open_on("old0", 444, TCP);
	assert_true(admits("new0", 444, TCP));
	assert_int_equal(rule_on("new0", 444, TCP), NETFWV6_RULE_OPEN_HERE);
	switch_on("new0");
	assert_string_equal(status_of("new0").settings_of, "");
	assert_true(status_of("new0").configured);
	assert_int_not_equal(status_of("new0").program_id, program);
	assert_true(admits("new0", 80, TCP));
	assert_false(admits("new0", 443, TCP));
	assert_false(admits("new0", 444, TCP));
	assert_int_equal(rule_on("new0", 80, TCP), NETFWV6_RULE_OPEN_HERE);
	assert_int_equal(rule_on("new0", 443, TCP), NETFWV6_RULE_CLOSED);
	assert_true(is_open_on("old0", 443, TCP)); /* for whoever is called so next */
	assert_int_equal(devices_with_pins(), 1);
}

static void a_renamed_device_goes_on_ignoring(void **s)
{
	(void)s;
	make_pair("old0", "far0");
	set_global(443, TCP, true);
	set_global(80, TCP, true);
	ignore_on("old0", 443, TCP);
	switch_on("old0");
	rename_device("old0", "new0");
	ignore_on("new0", 80, TCP);
	assert_false(admits("new0", 443, TCP));
	assert_true(admits("new0", 80, TCP));
	assert_int_equal(rule_on("new0", 443, TCP), NETFWV6_RULE_CLOSED);
	assert_int_equal(rule_on("new0", 80, TCP), NETFWV6_RULE_OPEN_GLOBAL);
	assert_false(is_ignored_on("new0", 443, TCP));
	switch_on("new0");
	assert_true(admits("new0", 443, TCP));
	assert_false(admits("new0", 80, TCP));
}

/* There and back again, it never was another. */
static void a_device_can_be_renamed_back(void **s)
{
	uint32_t program;

	(void)s;
	program = make_firewalled("old0");
	rename_device("old0", "new0");
	rename_device("new0", "old0");
	assert_string_equal(status_of("old0").settings_of, "");
	assert_true(firewalled("old0"));
	switch_on("old0");
	assert_int_equal(status_of("old0").program_id, program);
	assert_true(admits("old0", 443, TCP));
}

static void a_device_that_is_not_firewalled_leaves_its_settings(void **s)
{
	(void)s;
	make_pair("old0", "far0");
	open_on("old0", 443, TCP);
	rename_device("old0", "new0");
	assert_string_equal(status_of("new0").settings_of, "");
	assert_int_equal(rule_on("new0", 443, TCP), NETFWV6_RULE_CLOSED);
	assert_true(is_open_on("old0", 443, TCP));
	switch_on("new0");
	assert_false(admits("new0", 443, TCP));
	rename_device("far0", "old0"); /* its peer has the name now, and what is set for it */
	assert_int_equal(rule_on("old0", 443, TCP), NETFWV6_RULE_OPEN_HERE);
	switch_on("old0");
	assert_true(admits("old0", 443, TCP));
}

static void another_device_can_take_the_name_of_a_renamed_one(void **s)
{
	(void)s;
	make_firewalled("old0");
	rename_device("old0", "new0");
	rename_device("far0", "old0");
	assert_false(firewalled("old0"));
	assert_true(firewalled("new0"));
	assert_string_equal(status_of("new0").settings_of, "old0");
	assert_string_equal(status_of("old0").settings_of, "");
	switch_on("old0");
	assert_true(admits("old0", 443, TCP) && admits("new0", 443, TCP));
	open_on("old0", 444, TCP); /* of both, for now */
	assert_true(admits("old0", 444, TCP) && admits("new0", 444, TCP));
	open_on("new0", 80, TCP);
	switch_on("new0");
	assert_true(admits("old0", 443, TCP) && !admits("new0", 443, TCP));
	assert_true(!admits("old0", 80, TCP) && admits("new0", 80, TCP));
	assert_true(firewalled("old0") && firewalled("new0"));
	switch_off("old0");
	assert_false(firewalled("old0"));
	assert_true(firewalled("new0") && admits("new0", 80, TCP));
}

/* The wish goes by the name under which it was enabled, and with the program. */
static void a_renamed_device_can_be_disabled(void **s)
{
	(void)s;
	make_firewalled("old0");
	clear_settings_of("old0");
	rename_device("old0", "new0");
	switch_off("new0");
	assert_true(is_bare(world.host, "new0"));
	assert_false(status_of("new0").configured || status_of("new0").learning);
	remove_state();
}

/* Two devices that change names, each with settings of its own. */
static void two_devices_can_change_names(void **s)
{
	(void)s;
	make_pair("one0", "two0");
	open_on("one0", 1111, TCP);
	open_on("two0", 2222, TCP);
	switch_on("one0");
	switch_on("two0");
	rename_device("one0", "tmp0");
	rename_device("two0", "one0");
	rename_device("tmp0", "two0");
	assert_string_equal(status_of("one0").settings_of, "two0");
	assert_string_equal(status_of("two0").settings_of, "one0");
	assert_true(admits("one0", 2222, TCP) && !admits("one0", 1111, TCP));
	assert_int_equal(rule_on("one0", 2222, TCP), NETFWV6_RULE_OPEN_HERE);
	switch_on("one0");
	assert_true(admits("one0", 1111, TCP) && !admits("one0", 2222, TCP));
	assert_true(admits("two0", 1111, TCP) && !admits("two0", 2222, TCP));
	switch_on("two0");
	assert_true(admits("two0", 2222, TCP) && !admits("two0", 1111, TCP));
}

/* ---- Between two packets ---------------------------------------------------------- */

static void a_new_name_takes_effect_between_two_packets(void **s)
{
	static const char *const names[] = { "name0", "name1" };

	(void)s;
	make_pair("name0", "far0");
	lead_through("name0", "far0", "name0");
	open_on("name0", PROBED_OPEN, UDP);
	switch_on("name0");
	for (int i = 1; i <= 6; i++) {
		const char *from = names[(i - 1) % 2], *to = names[i % 2];
		struct prober prober;

		rename_device(from, to);
		settle(world.peer, "far0");
		settle(world.host, to);
		open_on(to, PROBED_OPEN, UDP);
		prober = start_probing();
		await_round(&prober);
		switch_on(to);
		await_round(&prober);
		stop_probing(&prober);
		assert_string_equal(status_of(to).settings_of, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_in_modes(a_renamed_device_keeps_its_settings_until_it_is_enabled),
		test_in_modes(a_renamed_device_goes_on_ignoring),
		test_in_modes(a_device_can_be_renamed_back),
		test(a_device_that_is_not_firewalled_leaves_its_settings),
		test_in_modes(another_device_can_take_the_name_of_a_renamed_one),
		test_in_modes(a_renamed_device_can_be_disabled),
		test_in_modes(two_devices_can_change_names),
		test_in_modes(a_new_name_takes_effect_between_two_packets),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
