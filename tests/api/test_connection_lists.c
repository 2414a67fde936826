// SPDX-License-Identifier: LGPL-2.1-or-later
/* Snapshots of a connection's ports, and of the connections, with a device and without. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "setting.h"

/* ---- Ports of one connection ------------------------------------------------ */

static void a_snapshot_is_in_order(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);
	struct netfwv6_port_enum *ports;
	struct netfwv6_port got[4];
	size_t n;

	assert_ok(setting->set(handle.connection, 53, UDP));
	assert_ok(setting->set(handle.connection, 443, TCP));
	assert_ok(setting->set(handle.connection, 22, TCP));
	assert_ok(setting->enumerate(handle.connection, NULL, &ports));
	assert_result(netfwv6_port_enum_next(ports, 4, sizeof(struct netfwv6_port), got, &n),
		      NETFWV6_S_FALSE);
	assert_int_equal(n, 3);
	assert_int_equal(got[0].port, 22);
	assert_int_equal(got[0].protocol, TCP);
	assert_int_equal(got[1].port, 443);
	assert_int_equal(got[2].port, 53);
	assert_int_equal(got[2].protocol, UDP);
	netfwv6_port_enum_free(ports);
	release(&handle);
}

static void a_snapshot_does_not_change(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);
	struct netfwv6_port_enum *ports;
	size_t n;

	assert_ok(setting->set(handle.connection, 80, TCP));
	assert_ok(setting->set(handle.connection, 53, UDP));
	assert_ok(setting->enumerate(handle.connection, NULL, &ports));
	assert_ok(setting->clear(handle.connection, 80, TCP));
	assert_ok(setting->set(handle.connection, 22, TCP));
	release(&handle); /* it outlives connection and manager */
	assert_ok(netfwv6_port_enum_count(ports, &n));
	assert_int_equal(n, 2);
	assert_int_equal(next_port(ports).port, 80);
	assert_int_equal(next_port(ports).port, 53);
	assert_result(netfwv6_port_enum_skip(ports, 1), NETFWV6_S_FALSE);
	netfwv6_port_enum_free(ports);
}

static void a_snapshot_steps_skips_resets_and_clones(void **s)
{
	const struct setting *setting = *s;
	struct netfwv6_port untouched = { .port = 7 };
	struct handle handle = handle_on(HOST_DEVICE);
	struct netfwv6_port_enum *ports, *clone;

	assert_ok(setting->set_range(handle.connection, 11, 15, TCP));
	assert_ok(setting->enumerate(handle.connection, NULL, &ports));
	assert_int_equal(next_port(ports).port, 11);
	assert_ok(netfwv6_port_enum_skip(ports, 2));
	assert_ok(netfwv6_port_enum_clone(ports, &clone));
	assert_int_equal(next_port(ports).port, 14);
	assert_int_equal(next_port(clone).port, 14); /* at the same place, on its own */
	assert_int_equal(next_port(ports).port, 15);
	assert_result(
		netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &untouched, NULL),
		NETFWV6_S_FALSE);
	assert_int_equal(untouched.port, 7);
	assert_ok(netfwv6_port_enum_reset(ports));
	assert_int_equal(next_port(ports).port, 11);
	netfwv6_port_enum_free(ports);
	assert_int_equal(next_port(clone).port, 15);
	netfwv6_port_enum_free(clone);
	release(&handle);
}

static void a_snapshot_has_only_its_connections_ports(void **s)
{
	const struct setting *setting = *s, *other;
	struct handle here = handle_on(HOST_DEVICE), there;
	struct netfwv6_port_enum *ports;

	other = setting == &setting_open ? &setting_ignored : &setting_open;
	make_pair("a1", "a2");
	there = handle_on("a1");
	assert_ok(netfwv6_mgr_open_global_port(here.mgr, 80, TCP, NULL));
	assert_ok(other->set(here.connection, 81, TCP));
	assert_ok(setting->set(there.connection, 82, TCP));
	assert_ok(setting->set(here.connection, 83, TCP));
	assert_ok(setting->enumerate(here.connection, NULL, &ports));
	assert_int_equal(next_port(ports).port, 83);
	assert_result(netfwv6_port_enum_skip(ports, 1), NETFWV6_S_FALSE);
	netfwv6_port_enum_free(ports);
	release(&here);
	release(&there);
}

/* ---- One connection ------------------------------------------------------------ */

static netfwv6_result look_for(const char *name)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *untouched = (void *)mgr, *connection = untouched;
	netfwv6_result result = netfwv6_mgr_get_connection(mgr, name, &connection);

	if (NETFWV6_FAILED(result)) {
		assert_ptr_equal(connection, untouched);
	} else {
		assert_string_equal(netfwv6_connection_name(connection), name);
		assert_string_equal(netfwv6_connection_id(connection), name);
		netfwv6_connection_free(connection);
	}
	netfwv6_mgr_close(mgr);
	return result;
}

static void a_device_is_found_by_its_name(void **s)
{
	(void)s;
	assert_ok(look_for(HOST_DEVICE));
	assert_result(look_for("nodev0"), NETFWV6_E_NOINTERFACE);
	assert_non_null(strstr(netfwv6_detail(), "nodev0"));
	assert_int_not_equal(access(world.state, F_OK), 0);
}

static void what_is_no_device_name_is_refused(void **s)
{
	static const char *const names[] = {
		"", ".", "..", "a/b", "a b", "a:b", "sixteen-bytes-16"
	};

	(void)s;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_result(look_for(names[i]), NETFWV6_E_INVALIDARG);
}

static void a_name_with_a_setting_is_found_without_its_device(void **s)
{
	const struct setting *setting = *s;
	struct handle handle;

	make_pair("a1", "a2");
	handle = handle_on("a1");
	assert_ok(setting->set(handle.connection, 443, TCP));
	must("ip link del a1");
	assert_ok(look_for("a1"));
	assert_result(look_for("a2"), NETFWV6_E_NOINTERFACE);
	assert_ok(setting->clear(handle.connection, 443, TCP));
	assert_result(look_for("a1"), NETFWV6_E_NOINTERFACE);
	release(&handle);
}

static void a_name_that_was_enabled_is_found_without_its_device(void **s)
{
	(void)s;
	make_pair("a1", "a2");
	switch_on("a1");
	switch_on_with("a2", (struct netfwv6_enable_options){ .learn_only = true });
	must("ip link del a1");
	assert_ok(look_for("a1"));
	assert_ok(look_for("a2"));
	switch_off("a1");
	assert_result(look_for("a1"), NETFWV6_E_NOINTERFACE);
	switch_off("a2");
	assert_result(look_for("a2"), NETFWV6_E_NOINTERFACE);
}

/* ---- All connections ----------------------------------------------------------- */

/* The names in the enumerator's order. */
static const char *names_in(struct netfwv6_connection_enum *connections)
{
	static char text[1024];
	struct netfwv6_connection *connection;

	*text = '\0';
	while (netfwv6_connection_enum_next(connections, 1, &connection, NULL) == NETFWV6_S_OK) {
		strcat(strcat(text, *text ? " " : ""), netfwv6_connection_name(connection));
		netfwv6_connection_free(connection);
	}
	netfwv6_connection_enum_free(connections);
	return text;
}

static const char *connections_now(void)
{
	struct netfwv6_connection_enum *connections;
	struct netfwv6_mgr *mgr = open_mgr();
	const char *names;

	assert_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	names = names_in(connections);
	netfwv6_mgr_close(mgr);
	return names;
}

static void names_without_a_device_come_last_in_byte_order(void **s)
{
	(void)s;
	must("ip link add zz index 5001 type bridge && ip link add mm index 5002 type bridge && "
	     "ip link add Zz index 5003 type bridge && ip link add aa index 5000 type bridge");
	assert_string_equal(connections_now(), HOST_DEVICE " aa zz mm Zz");
	open_on("zz", 80, TCP);
	ignore_on("mm", 80, UDP);
	switch_on("Zz");
	open_on("aa", 80, TCP);
	assert_string_equal(connections_now(), HOST_DEVICE " aa zz mm Zz");
	must("for d in zz mm Zz; do ip link del $d; done");
	assert_string_equal(connections_now(), HOST_DEVICE " aa Zz mm zz");
	must("ip link add mm index 4000 type bridge"); /* comes back */
	assert_string_equal(connections_now(), HOST_DEVICE " mm aa Zz zz");
	close_on("zz", 80, TCP);
	assert_string_equal(connections_now(), HOST_DEVICE " mm aa Zz");
	switch_off("Zz");
	assert_string_equal(connections_now(), HOST_DEVICE " mm aa");
}

static void enabled_and_set_is_one_connection(void **s)
{
	(void)s;
	make_pair("a1", "a2");
	switch_on("a1");
	open_on("a1", 80, TCP);
	ignore_on("a1", 80, TCP);
	assert_string_equal(connections_now(), HOST_DEVICE " a2 a1");
	must("ip link del a1");
	assert_string_equal(connections_now(), HOST_DEVICE " a1");
	switch_off("a1");
	assert_string_equal(connections_now(), HOST_DEVICE " a1");
	clear_settings_of("a1");
	assert_string_equal(connections_now(), HOST_DEVICE);
}

static void absent_connections_are_stepped_like_others(void **s)
{
	struct netfwv6_connection_enum *connections, *clone;
	struct netfwv6_connection *got[4];
	struct netfwv6_mgr *mgr = open_mgr();
	bool answer = true;
	size_t n;

	(void)s;
	make_pair("a1", "a2");
	open_on("a1", 80, TCP);
	open_on("a2", 81, TCP);
	must("ip link del a1");
	assert_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	clear_settings_of("a1"); /* a snapshot keeps it */
	assert_ok(netfwv6_connection_enum_count(connections, &n));
	assert_int_equal(n, 3);
	assert_ok(netfwv6_connection_enum_skip(connections, 1));
	assert_ok(netfwv6_connection_enum_clone(connections, &clone));
	assert_result(netfwv6_connection_enum_next(connections, 4, got, &n), NETFWV6_S_FALSE);
	assert_int_equal(n, 2);
	assert_ok(netfwv6_connection_is_port_open(got[0], 80, TCP, &answer));
	assert_false(answer);
	assert_ok(netfwv6_connection_is_port_open(got[1], 81, TCP, &answer));
	assert_true(answer);
	assert_ok(netfwv6_connection_is_firewalled(got[1], &answer));
	assert_false(answer);
	netfwv6_connection_free(got[0]);
	netfwv6_connection_free(got[1]);
	assert_string_equal(names_in(clone), "a1 a2");
	assert_ok(netfwv6_connection_enum_reset(connections));
	assert_string_equal(names_in(connections), HOST_DEVICE " a1 a2");
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_of_both(a_snapshot_is_in_order),
		test_of_both(a_snapshot_does_not_change),
		test_of_both(a_snapshot_steps_skips_resets_and_clones),
		test_of_both(a_snapshot_has_only_its_connections_ports),
		test(a_device_is_found_by_its_name),
		test(what_is_no_device_name_is_refused),
		test_of_both(a_name_with_a_setting_is_found_without_its_device),
		test(a_name_that_was_enabled_is_found_without_its_device),
		test(names_without_a_device_come_last_in_byte_order),
		test(enabled_and_set_is_one_connection),
		test(absent_connections_are_stepped_like_others),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
