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

/* ---- Enabling without options ---------------------------------------------------- */

static void switch_on_without_options(const char *device)
{
	struct handle handle = handle_on(device);

	assert_ok(netfwv6_connection_enable_firewall(handle.connection, NULL));
	release(&handle);
}

static void assert_as_before(const char *device, const struct netfwv6_connection_status *before)
{
	struct netfwv6_connection_status now;

	switch_on_without_options(device);
	now = status_of(device);
	assert_true(now.firewalled && now.configured && !now.configured_learn_only);
	assert_int_equal(now.mode, before->mode);
	assert_int_equal(now.stateless, before->stateless);
	assert_int_equal(now.learning, before->learning);
	assert_string_equal(now.settings_of, "");
}

/* Also the wish, by which it comes back. */
static void without_options_a_firewalled_device_keeps_its_settings(void **s)
{
	struct netfwv6_connection_status before, now;

	(void)s;
	for (int stateless = 0; stateless < 2; stateless++) {
		make_pair("old0", "far0");
		switch_on_with("old0", (struct netfwv6_enable_options){ .stateless = stateless });
		before = status_of("old0");
		assert_int_equal(before.stateless, stateless);
		assert_as_before("old0", &before);
		now = status_of("old0");
		assert_int_equal(now.program_id, before.program_id);
		assert_int_equal(now.guard_id, before.guard_id);
		rename_device("old0", "new0");
		assert_as_before("new0", &before);
		must("ip link del new0");
		make_pair("new0", "far0");
		must("%s -q enable --if-configured new0", netfwv6());
		assert_as_before("new0", &before);
		switch_off("new0");
		must("ip link del new0");
	}
}

/* One that is only learned from is not firewalled: it is firewalled then. */
static void without_options_a_device_that_is_learned_from_is_firewalled(void **s)
{
	struct netfwv6_connection_status now;

	(void)s;
	make_pair("old0", "far0");
	must("%s -q enable old0 --learn-only", netfwv6());
	switch_on_without_options("old0");
	now = status_of("old0");
	assert_true(now.firewalled && now.learning && !now.stateless && !now.configured_learn_only);
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
		test_in_modes(without_options_a_firewalled_device_keeps_its_settings),
		test(without_options_a_device_that_is_learned_from_is_firewalled),
		test_in_modes(two_devices_can_change_names),
		test_in_modes(a_new_name_takes_effect_between_two_packets),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
