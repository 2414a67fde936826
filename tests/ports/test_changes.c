// SPDX-License-Identifier: LGPL-2.1-or-later
/* Several changes in one call. */
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "setting.h"

#define N(array) (sizeof(array) / sizeof(*(array)))
#define CHANGE sizeof(struct netfwv6_port_change)

/* All that is set, on every connection. */
static const char *settings_now(void)
{
	static char text[8192];
	struct netfwv6_mgr *mgr = open_mgr();

	describe_settings(mgr, text, sizeof(text));
	netfwv6_mgr_close(mgr);
	return text;
}

/* ---- What they do ---------------------------------------------------------- */

static void the_managers_are_made_in_their_order(void **s)
{
	static const struct netfwv6_port_change changes[] = {
		{ NETFWV6_CHANGE_OPEN, 443, 443, TCP, "web" },
		{ NETFWV6_CHANGE_OPEN, 10, 13, UDP, NULL },
		{ NETFWV6_CHANGE_CLOSE, 11, 12, UDP, NULL },
		{ NETFWV6_CHANGE_OPEN, 12, 12, UDP, "again" },
		{ NETFWV6_CHANGE_CLOSE, 22, 22, TCP, NULL },
	};
	const char *const wanted = "global 443/6 'web'\nglobal 10/17 ''\nglobal 12/17 'again'\n"
				   "global 13/17 ''\n";
	struct netfwv6_mgr *mgr = open_mgr();
	size_t made = 99;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 22, TCP, "ssh"));
	assert_ok(netfwv6_mgr_change_ports(mgr, N(changes), CHANGE, changes, &made));
	assert_int_equal(made, N(changes));
	assert_string_equal(settings_now(), wanted);
	/* The second time they go the same way, and end at the same. */
	assert_ok(netfwv6_mgr_change_ports(mgr, N(changes), CHANGE, changes, NULL));
	assert_string_equal(settings_now(), wanted);
	netfwv6_mgr_close(mgr);
}

static void a_connections_are_of_all_four_kinds(void **s)
{
	static const struct netfwv6_port_change changes[] = {
		{ NETFWV6_CHANGE_OPEN, 443, 444, TCP, "web" },
		{ NETFWV6_CHANGE_CLOSE, 444, 444, TCP, NULL },
		{ NETFWV6_CHANGE_IGNORE, 53, 54, UDP, "not here" },
		{ NETFWV6_CHANGE_OBSERVE, 54, 54, UDP, NULL },
	};
	struct handle handle = handle_on(HOST_DEVICE);
	size_t made = 99;

	(void)s;
	for (int i = 0; i < 2; i++) {
		assert_ok(netfwv6_connection_change_ports(handle.connection, N(changes), CHANGE,
							  changes, &made));
		assert_int_equal(made, N(changes));
		assert_string_equal(settings_now(), "open on fw0 443/6 'web'\n"
						    "ignored on fw0 53/17 'not here'\n");
	}
	release(&handle);
}

static void none_is_no_change(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	size_t made = 99;

	(void)s;
	assert_ok(netfwv6_mgr_change_ports(mgr, 0, CHANGE, NULL, &made));
	assert_int_equal(made, 0);
	netfwv6_mgr_close(mgr);
}

/* ---- What is refused ------------------------------------------------------- */

static void all_are_checked_before_the_first_is_made(void **s)
{
	static const struct {
		struct netfwv6_port_change bad;
		const char *named;
		bool of_connections; /* it is good there */
	} rows[] = {
		{ { NETFWV6_CHANGE_OPEN, 0, 5, TCP, NULL }, "port 0 ", false },
		{ { NETFWV6_CHANGE_OPEN, 5, 65536, TCP, NULL }, "port 65536 ", false },
		{ { NETFWV6_CHANGE_CLOSE, 6, 5, TCP, NULL }, "starts at 6", false },
		{ { NETFWV6_CHANGE_CLOSE, 5, 6, 7, NULL }, "protocol 7 ", false },
		{ { NETFWV6_CHANGE_OPEN, 5, 6, TCP, "a\nb" }, "0x0a", false },
		{ { NETFWV6_CHANGE_CLOSE, 5, 6, TCP, "x" }, "name", false },
		{ { 0, 5, 6, TCP, NULL }, "change 0 ", false },
		{ { 5, 5, 6, TCP, NULL }, "change 5 ", false },
		{ { NETFWV6_CHANGE_IGNORE, 5, 6, TCP, NULL }, "connection", true },
		{ { NETFWV6_CHANGE_OBSERVE, 5, 6, TCP, NULL }, "connection", true },
	};
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	for (size_t i = 0; i < N(rows); i++) {
		struct netfwv6_port_change changes[] = {
			{ NETFWV6_CHANGE_OPEN, 80, 80, TCP, NULL },
			{ NETFWV6_CHANGE_OPEN, 81, 81, TCP, "x" },
			rows[i].bad,
		};
		size_t made = 99;

		assert_result(netfwv6_mgr_change_ports(handle.mgr, 3, CHANGE, changes, &made),
			      NETFWV6_E_INVALIDARG);
		assert_non_null(strstr(netfwv6_detail(), "change 3 of 3"));
		assert_non_null(strstr(netfwv6_detail(), rows[i].named));
		if (!rows[i].of_connections)
			assert_result(netfwv6_connection_change_ports(handle.connection, 3, CHANGE,
								      changes, &made),
				      NETFWV6_E_INVALIDARG);
		assert_int_equal(made, 99);
		assert_string_equal(settings_now(), "");
	}
	release(&handle);
}

static void what_is_missing_is_refused(void **s)
{
	static const struct netfwv6_port_change change = { NETFWV6_CHANGE_OPEN, 80, 80, TCP, NULL };
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_result(netfwv6_mgr_change_ports(NULL, 1, CHANGE, &change, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_change_ports(mgr, 1, CHANGE, NULL, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_change_ports(NULL, 1, CHANGE, &change, NULL),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_change_ports(mgr, 1, 0, &change, NULL), NETFWV6_E_INVALIDARG);
	assert_string_equal(settings_now(), "");
	netfwv6_mgr_close(mgr);
}

/* Nothing can be set for the loopback, but what is set can be taken back. */
static void the_loopback_takes_none(void **s)
{
	static const struct netfwv6_port_change changes[] = {
		{ NETFWV6_CHANGE_CLOSE, 80, 80, TCP, NULL },
		{ NETFWV6_CHANGE_OPEN, 80, 80, TCP, NULL },
	};
	struct handle handle = handle_on("lo");

	(void)s;
	assert_result(netfwv6_connection_change_ports(handle.connection, 2, CHANGE, changes, NULL),
		      NETFWV6_E_NOINTERFACE);
	assert_ok(netfwv6_connection_change_ports(handle.connection, 1, CHANGE, changes, NULL));
	release(&handle);
}

static void they_may_come_from_other_headers(void **s)
{
	struct {
		struct netfwv6_port_change known;
		uint64_t newer;
	} changes[2] = { { { NETFWV6_CHANGE_OPEN, 80, 80, TCP, "web" }, 0 },
			 { { NETFWV6_CHANGE_OPEN, 443, 443, TCP, NULL }, 0 } };
	uint32_t older[][4] = { { NETFWV6_CHANGE_CLOSE, 80, 80, TCP } };
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	changes[1].newer = 1;
	assert_result(netfwv6_mgr_change_ports(mgr, 2, sizeof(*changes), (void *)changes, NULL),
		      NETFWV6_E_INVALIDARG);
	assert_string_equal(settings_now(), "");
	changes[1].newer = 0;
	assert_ok(netfwv6_mgr_change_ports(mgr, 2, sizeof(*changes), (void *)changes, NULL));
	assert_string_equal(settings_now(), "global 80/6 'web'\nglobal 443/6 ''\n");
	assert_ok(netfwv6_mgr_change_ports(mgr, 1, sizeof(*older), (void *)older, NULL));
	assert_string_equal(settings_now(), "global 443/6 ''\n");
	netfwv6_mgr_close(mgr);
}

/* ---- What fails on the way ------------------------------------------------- */

static void freeze_names(void)
{
	char path[128];
	int map;

	snprintf(path, sizeof(path), "%s/names", world.state);
	map = bpf_obj_get(path);
	assert_true(map >= 0);
	assert_int_equal(bpf_map_freeze(map), 0);
	close(map);
}

/* Nobody can store a name any more, until a rebuild. */
static void what_was_made_before_a_failure_stays(void **s)
{
	static const struct netfwv6_port_change changes[] = {
		{ NETFWV6_CHANGE_OPEN, 80, 80, TCP, NULL },
		{ NETFWV6_CHANGE_OPEN, 443, 443, TCP, "web" },
		{ NETFWV6_CHANGE_OPEN, 53, 53, UDP, NULL },
	};
	struct netfwv6_mgr *mgr = open_mgr();
	size_t made = 99;

	(void)s;
	assert_ok(netfwv6_mgr_initialize(mgr, NULL));
	freeze_names();
	assert_true(NETFWV6_FAILED(netfwv6_mgr_change_ports(mgr, 3, CHANGE, changes, &made)));
	assert_non_null(strstr(netfwv6_detail(), "change 2 of 3"));
	assert_non_null(strstr(netfwv6_detail(), "'web'"));
	assert_int_equal(made, 1);
	assert_string_equal(settings_now(), "global 80/6 ''\n");
	must("%s -q init --rebuild", netfwv6());
	assert_ok(netfwv6_mgr_change_ports(mgr, 3, CHANGE, changes, &made));
	assert_int_equal(made, 3);
	assert_string_equal(settings_now(),
			    "global 80/6 ''\nglobal 443/6 'web'\nglobal 53/17 ''\n");
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_managers_are_made_in_their_order),
		test(a_connections_are_of_all_four_kinds),
		test(none_is_no_change),
		test(all_are_checked_before_the_first_is_made),
		test(what_is_missing_is_refused),
		test(the_loopback_takes_none),
		test(they_may_come_from_other_headers),
		test(what_was_made_before_a_failure_stays),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
