// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the calls for one connection's ports take and refuse. */
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "setting.h"

struct bad {
	uint32_t port, protocol;
	const char *named; /* what the sentence names */
};

static const struct bad bad_rows[] = {
	{ 0, TCP, "port 0 " },
	{ 65536, TCP, "port 65536 " },
	{ 65537, UDP, "port 65537 " }, /* 1 when truncated */
	{ 65536 + 443, TCP, "port 65979 " },
	{ UINT32_MAX, UDP, "port 4294967295 " },
	{ 443, 0, "protocol 0 " },
	{ 443, 7, "protocol 7 " },
	{ 443, 41, "protocol 41 " },
	{ 443, 256 + 6, "protocol 262 " },
	{ 443, UINT32_MAX, "protocol 4294967295 " },
};

#define assert_refused(call, word)                                                                 \
	do {                                                                                       \
		assert_result(call, NETFWV6_E_INVALIDARG);                                         \
		if (!strstr(netfwv6_detail(), word))                                               \
			fail_msg("'%s' does not name '%s'", netfwv6_detail(), word);               \
	} while (0)

static void is_refused_by_all(struct netfwv6_connection *connection, const struct bad *bad)
{
	static const struct setting *const settings[] = { &setting_open, &setting_ignored };
	uint32_t port = bad->port, protocol = bad->protocol, rule = 77;

	for (int i = 0; i < 2; i++) {
		bool yes = true, no = false;

		assert_refused(settings[i]->set(connection, port, protocol), bad->named);
		assert_refused(settings[i]->clear(connection, port, protocol), bad->named);
		assert_refused(settings[i]->set_range(connection, port, port, protocol),
			       bad->named);
		assert_refused(settings[i]->clear_range(connection, port, port, protocol),
			       bad->named);
		assert_refused(settings[i]->is_set(connection, port, protocol, &yes), bad->named);
		assert_refused(settings[i]->is_set(connection, port, protocol, &no), bad->named);
		assert_true(yes && !no);
	}
	assert_refused(netfwv6_connection_get_effective(connection, port, protocol, &rule),
		       bad->named);
	assert_refused(
		netfwv6_connection_get_effective_range(connection, port, port, protocol, 1, &rule),
		bad->named);
	assert_int_equal(rule, 77);
}

static void bad_arguments_are_refused_and_change_nothing(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);
	char before[4096], after[4096];

	(void)s;
	/* What a truncated number would meet. */
	assert_ok(netfwv6_connection_open_port(handle.connection, 443, TCP, "mine"));
	assert_ok(netfwv6_connection_ignore_global_port(handle.connection, 1, UDP, NULL));
	describe_settings(handle.mgr, before, sizeof(before));
	for (size_t i = 0; i < sizeof(bad_rows) / sizeof(*bad_rows); i++)
		is_refused_by_all(handle.connection, &bad_rows[i]);
	describe_settings(handle.mgr, after, sizeof(after));
	assert_string_equal(after, before);
	release(&handle);
}

static void bad_ranges_are_refused(void **s)
{
	static const struct {
		uint32_t first, last;
		const char *named;
	} rows[] = {
		{ 90, 80, "90" },
		{ 0, 80, "port 0 " },
		{ 80, 65536, "port 65536 " },
		{ 80, UINT32_MAX, "port 4294967295 " },
	};
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);
	uint32_t rules[2] = { 77, 77 };

	assert_ok(setting->set(handle.connection, 80, TCP));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint32_t first = rows[i].first, last = rows[i].last;

		assert_refused(setting->set_range(handle.connection, first, last, TCP),
			       rows[i].named);
		assert_refused(setting->clear_range(handle.connection, first, last, TCP),
			       rows[i].named);
		assert_refused(netfwv6_connection_get_effective_range(handle.connection, first,
								      last, TCP, last - first + 1,
								      rules),
			       rows[i].named);
	}
	assert_int_equal(rules[0], 77);
	assert_int_equal(rules[1], 77);
	assert_int_equal(count_set(setting, handle.connection), 1);
	release(&handle);
}

static void null_pointers_are_refused(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);
	struct netfwv6_port_enum *untouched = (void *)&handle, *ports = untouched;
	uint32_t rule = 77;
	bool yes = true;

	assert_result(setting->set(NULL, 80, TCP), NETFWV6_E_POINTER);
	assert_result(setting->set_range(NULL, 80, 81, TCP), NETFWV6_E_POINTER);
	assert_result(setting->clear(NULL, 80, TCP), NETFWV6_E_POINTER);
	assert_result(setting->clear_range(NULL, 80, 81, TCP), NETFWV6_E_POINTER);
	assert_result(setting->is_set(NULL, 80, TCP, &yes), NETFWV6_E_POINTER);
	assert_result(setting->is_set(handle.connection, 80, TCP, NULL), NETFWV6_E_POINTER);
	assert_result(setting->enumerate(NULL, NULL, &ports), NETFWV6_E_POINTER);
	assert_result(setting->enumerate(handle.connection, NULL, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_get_effective(NULL, 80, TCP, &rule), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_get_effective(handle.connection, 80, TCP, NULL),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_get_effective_range(NULL, 80, 80, TCP, 1, &rule),
		      NETFWV6_E_POINTER);
	assert_result(
		netfwv6_connection_get_effective_range(handle.connection, 80, 81, TCP, 2, NULL),
		NETFWV6_E_POINTER);
	assert_true(yes);
	assert_int_equal(rule, 77);
	assert_ptr_equal(ports, untouched);
	assert_null(netfwv6_connection_name(NULL));
	assert_int_not_equal(access(world.state, F_OK), 0);
	release(&handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(bad_arguments_are_refused_and_change_nothing),
		test_of_both(bad_ranges_are_refused),
		test_of_both(null_pointers_are_refused),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
