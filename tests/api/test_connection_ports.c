// SPDX-License-Identifier: LGPL-2.1-or-later
/* What one connection opens itself and what it ignores, through the public API. */
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "setting.h"

/* ---- One port ------------------------------------------------------------- */

static void without_state_nothing_is_set(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_false(is_set(setting, handle.connection, 1, TCP));
	assert_false(is_set(setting, handle.connection, 65535, UDP));
	assert_int_equal(count_set(setting, handle.connection), 0);
	assert_int_not_equal(access(world.state, F_OK), 0);
	release(&handle);
}

static void clearing_without_state_makes_none(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_ok(setting->clear(handle.connection, 80, TCP));
	assert_ok(setting->clear_range(handle.connection, 1, 65535, UDP));
	assert_int_not_equal(access(world.state, F_OK), 0);
	release(&handle);
}

static void one_port_of_one_protocol_is_set_and_cleared(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_ok(setting->set(handle.connection, 443, TCP));
	assert_true(is_set(setting, handle.connection, 443, TCP));
	assert_false(is_set(setting, handle.connection, 443, UDP));
	assert_false(is_set(setting, handle.connection, 442, TCP));
	assert_false(is_set(setting, handle.connection, 444, TCP));
	assert_int_equal(count_set(setting, handle.connection), 1);
	assert_ok(setting->clear(handle.connection, 443, UDP));
	assert_true(is_set(setting, handle.connection, 443, TCP));
	assert_ok(setting->clear(handle.connection, 443, TCP));
	assert_false(is_set(setting, handle.connection, 443, TCP));
	assert_int_equal(count_set(setting, handle.connection), 0);
	release(&handle);
}

static void the_first_and_the_last_port_can_be_set(void **s)
{
	static const uint32_t ports[] = { 1, 65535 }, protocols[] = { TCP, UDP };
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	for (int i = 0; i < 4; i++) {
		assert_ok(setting->set(handle.connection, ports[i / 2], protocols[i % 2]));
		assert_true(is_set(setting, handle.connection, ports[i / 2], protocols[i % 2]));
		assert_int_equal(count_set(setting, handle.connection), i + 1);
	}
	release(&handle);
}

static void setting_and_clearing_are_idempotent(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	for (int i = 0; i < 3; i++)
		assert_ok(setting->set(handle.connection, 53, UDP));
	assert_int_equal(count_set(setting, handle.connection), 1);
	for (int i = 0; i < 3; i++)
		assert_ok(setting->clear(handle.connection, 53, UDP));
	assert_int_equal(count_set(setting, handle.connection), 0);
	release(&handle);
}

static void a_range_has_both_its_ends(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_ok(setting->set_range(handle.connection, 8000, 8100, UDP));
	assert_int_equal(count_set(setting, handle.connection), 101);
	assert_true(is_set(setting, handle.connection, 8000, UDP));
	assert_true(is_set(setting, handle.connection, 8100, UDP));
	assert_false(is_set(setting, handle.connection, 7999, UDP));
	assert_false(is_set(setting, handle.connection, 8101, UDP));
	assert_ok(setting->clear_range(handle.connection, 8001, 8099, UDP));
	assert_int_equal(count_set(setting, handle.connection), 2);
	assert_true(is_set(setting, handle.connection, 8000, UDP));
	assert_true(is_set(setting, handle.connection, 8100, UDP));
	release(&handle);
}

static void all_ports_can_be_set_and_cleared(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_ok(setting->set_range(handle.connection, 1, 65535, TCP));
	assert_ok(setting->set_range(handle.connection, 1, 65535, UDP));
	assert_int_equal(count_set(setting, handle.connection), 131070);
	assert_ok(setting->clear_range(handle.connection, 1, 65535, TCP));
	assert_int_equal(count_set(setting, handle.connection), 65535);
	assert_ok(setting->clear_range(handle.connection, 1, 65535, UDP));
	assert_int_equal(count_set(setting, handle.connection), 0);
	assert_int_equal(settled(), 0);
	release(&handle);
}

/* ---- Whose setting it is ---------------------------------------------------- */

static void it_is_this_connections_alone(void **s)
{
	const struct setting *setting = *s;
	struct handle here = handle_on(HOST_DEVICE), there;
	bool global = true;

	make_pair("a1", "a2");
	there = handle_on("a1");
	assert_ok(setting->set(here.connection, 443, TCP));
	assert_false(is_set(setting, there.connection, 443, TCP));
	assert_ok(netfwv6_mgr_is_port_globally_open(here.mgr, 443, TCP, &global));
	assert_false(global);
	assert_ok(setting->set(there.connection, 443, TCP));
	assert_ok(setting->clear(here.connection, 443, TCP));
	assert_false(is_set(setting, here.connection, 443, TCP));
	assert_true(is_set(setting, there.connection, 443, TCP));
	release(&here);
	release(&there);
}

/* "Open", "ignored" and "globally open" as the three bits of a number. */
static int settings_of_443(struct handle *handle)
{
	bool global = false;

	assert_ok(netfwv6_mgr_is_port_globally_open(handle->mgr, 443, TCP, &global));
	return is_set(&setting_open, handle->connection, 443, TCP) |
	       is_set(&setting_ignored, handle->connection, 443, TCP) << 1 | global << 2;
}

static void set_443(struct handle *handle, int bit, bool on)
{
	static const struct setting *const settings[] = { &setting_open, &setting_ignored };

	if (bit < 2)
		assert_ok(on ? settings[bit]->set(handle->connection, 443, TCP) :
			       settings[bit]->clear(handle->connection, 443, TCP));
	else
		assert_ok(on ? netfwv6_mgr_open_global_port(handle->mgr, 443, TCP, NULL) :
			       netfwv6_mgr_close_global_port(handle->mgr, 443, TCP));
}

static void no_setting_changes_another(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	for (int wanted = 0; wanted < 8; wanted++)
		for (int bit = 0; bit < 3; bit++) {
			for (int i = 0; i < 3; i++)
				set_443(&handle, i, wanted >> i & 1);
			assert_int_equal(settings_of_443(&handle), wanted);
			set_443(&handle, bit, !(wanted >> bit & 1));
			assert_int_equal(settings_of_443(&handle), wanted ^ 1 << bit);
		}
	release(&handle);
}

static void ignoring_a_closed_port_counts_once_it_opens(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	ignore_on(HOST_DEVICE, 443, TCP);
	assert_true(is_ignored_on(HOST_DEVICE, 443, TCP));
	set_global(443, TCP, true);
	assert_int_equal(rule_on(HOST_DEVICE, 443, TCP), NETFWV6_RULE_CLOSED);
	set_global(443, TCP, false);
	set_global(443, TCP, true);
	assert_true(is_ignored_on(HOST_DEVICE, 443, TCP));
	assert_int_equal(rule_on(HOST_DEVICE, 443, TCP), NETFWV6_RULE_CLOSED);
	observe_on(HOST_DEVICE, 443, TCP);
	assert_int_equal(rule_on(HOST_DEVICE, 443, TCP), NETFWV6_RULE_OPEN_GLOBAL);
	release(&handle);
}

static void another_handle_sees_it_at_once(void **s)
{
	const struct setting *setting = *s;
	struct handle one = handle_on(HOST_DEVICE), other = handle_on(HOST_DEVICE);

	assert_false(is_set(setting, other.connection, 22, TCP));
	assert_ok(setting->set(one.connection, 22, TCP));
	assert_true(is_set(setting, other.connection, 22, TCP));
	assert_ok(setting->clear(other.connection, 22, TCP));
	assert_false(is_set(setting, one.connection, 22, TCP));
	release(&one);
	release(&other);
}

static void it_outlives_handle_and_device(void **s)
{
	const struct setting *setting = *s;
	struct handle handle;

	make_pair("a1", "a2");
	handle = handle_on("a1");
	assert_ok(setting->set(handle.connection, 22, TCP));
	must("ip link del a1");
	assert_true(is_set(setting, handle.connection, 22, TCP));
	release(&handle);
	handle = handle_on("a1");
	assert_true(is_set(setting, handle.connection, 22, TCP));
	assert_ok(setting->set(handle.connection, 23, TCP));
	make_pair("a1", "a2");
	assert_int_equal(count_set(setting, handle.connection), 2);
	assert_ok(setting->clear_range(handle.connection, 22, 23, TCP));
	release(&handle);
}

static void a_handle_outlives_its_device(void **s)
{
	const struct setting *setting = *s;
	struct handle handle;

	make_pair("a1", "a2");
	handle = handle_on("a1");
	must("ip link del a1");
	assert_ok(setting->clear(handle.connection, 22, TCP));
	assert_false(is_set(setting, handle.connection, 22, TCP));
	assert_ok(setting->set(handle.connection, 22, TCP));
	assert_true(is_set(setting, handle.connection, 22, TCP));
	release(&handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_of_both(without_state_nothing_is_set),
		test_of_both(clearing_without_state_makes_none),
		test_of_both(one_port_of_one_protocol_is_set_and_cleared),
		test_of_both(the_first_and_the_last_port_can_be_set),
		test_of_both(setting_and_clearing_are_idempotent),
		test_of_both(a_range_has_both_its_ends),
		test_of_both(all_ports_can_be_set_and_cleared),
		test_of_both(it_is_this_connections_alone),
		test(no_setting_changes_another),
		test(ignoring_a_closed_port_counts_once_it_opens),
		test_of_both(another_handle_sees_it_at_once),
		test_of_both(it_outlives_handle_and_device),
		test_of_both(a_handle_outlives_its_device),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
