// SPDX-License-Identifier: LGPL-2.1-or-later
/* The number that tells that somebody changed the policy. */
#include "connections.h"

static uint64_t version_of(struct netfwv6_mgr *mgr)
{
	uint64_t version;

	assert_ok(netfwv6_mgr_get_policy_version(mgr, &version));
	return version;
}

/* Is it another one than it was, as another handle sees it? */
static bool moved(struct handle *reader, uint64_t *version)
{
	uint64_t before = *version;

	*version = version_of(reader->mgr);
	return *version != before;
}

/* Each has an effect once, and none the second time. */
static void a_change_moves_it_and_a_call_without_effect_does_not(void **s)
{
	struct handle writer = handle_on(HOST_DEVICE), reader = handle_on(HOST_DEVICE);
	struct netfwv6_connection *c = writer.connection;
	uint64_t version;

	(void)s;
	assert_ok(netfwv6_mgr_initialize(writer.mgr, NULL));
	version = version_of(reader.mgr);
	for (int i = 0; i < 2; i++) {
		bool first = i == 0;

		assert_ok(netfwv6_mgr_open_global_port(writer.mgr, 80, TCP, "web"));
		assert_int_equal(moved(&reader, &version), first);
		assert_ok(netfwv6_mgr_open_global_ports(writer.mgr, 80, 90, UDP, NULL));
		assert_int_equal(moved(&reader, &version), first);
		assert_ok(netfwv6_connection_open_port(c, 80, TCP, NULL));
		assert_int_equal(moved(&reader, &version), first);
		assert_ok(netfwv6_connection_ignore_global_port(c, 80, TCP, "not here"));
		assert_int_equal(moved(&reader, &version), first);
	}
	for (int i = 0; i < 2; i++) {
		bool first = i == 0;

		assert_ok(netfwv6_mgr_close_global_port(writer.mgr, 80, TCP));
		assert_int_equal(moved(&reader, &version), first);
		assert_ok(netfwv6_connection_close_port(c, 80, TCP));
		assert_int_equal(moved(&reader, &version), first);
		assert_ok(netfwv6_connection_observe_global_port(c, 80, TCP));
		assert_int_equal(moved(&reader, &version), first);
	}
	release(&writer);
	release(&reader);
}

static void another_process_moves_it(void **s)
{
	struct handle reader = handle_on(HOST_DEVICE);
	uint64_t version;

	(void)s;
	must("%s -q open 443/tcp", netfwv6());
	version = version_of(reader.mgr);
	must("%s -q open 443/tcp && %s -q list && %s -q check 443/tcp", netfwv6(), netfwv6(),
	     netfwv6());
	assert_false(moved(&reader, &version));
	must("%s -q close 443/tcp", netfwv6());
	assert_true(moved(&reader, &version));
	must("%s -q open 443/tcp", netfwv6());
	assert_true(moved(&reader, &version));
	release(&reader);
}

/* Nor does what learns, or marks ports that sockets are bound to. */
static void enabling_does_not_move_it(void **s)
{
	struct handle reader = handle_on(HOST_DEVICE);
	uint64_t version;

	(void)s;
	must("%s -q open 443/tcp", netfwv6());
	version = version_of(reader.mgr);
	switch_on(HOST_DEVICE);
	must("ping -6 -q -c 1 -W 2 %s", PEER_ADDRESS);
	switch_off(HOST_DEVICE);
	assert_false(moved(&reader, &version));
	release(&reader);
}

/* A change before a rebuild and one behind it differ from all that was before. */
static void it_goes_on_in_new_maps(void **s)
{
	struct handle reader = handle_on(HOST_DEVICE);
	uint64_t before, changed, rebuilt, later;

	(void)s;
	must("%s -q open 443/tcp", netfwv6());
	before = version_of(reader.mgr);
	must("%s -q open 80/tcp", netfwv6());
	changed = version_of(reader.mgr);
	must("%s -q init --rebuild", netfwv6());
	rebuilt = version_of(reader.mgr);
	must("%s -q close 80/tcp", netfwv6());
	later = version_of(reader.mgr);
	assert_true(before != changed && before != rebuilt && before != later);
	assert_true(changed != later && rebuilt != later);
	release(&reader);
}

static void a_state_that_was_made_anew_has_another(void **s)
{
	struct handle reader = handle_on(HOST_DEVICE);
	uint64_t version;

	(void)s;
	must("%s -q open 443/tcp", netfwv6());
	version = version_of(reader.mgr);
	must("%s -q remove", netfwv6());
	assert_true(moved(&reader, &version));
	assert_int_equal(version, 0);
	must("%s -q open 443/tcp", netfwv6());
	assert_true(moved(&reader, &version));
	release(&reader);
}

static void null_is_refused(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	uint64_t version;

	(void)s;
	assert_result(netfwv6_mgr_get_policy_version(NULL, &version), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_policy_version(mgr, NULL), NETFWV6_E_POINTER);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_change_moves_it_and_a_call_without_effect_does_not),
		test(another_process_moves_it),
		test(enabling_does_not_move_it),
		test(it_goes_on_in_new_maps),
		test(a_state_that_was_made_anew_has_another),
		test(null_is_refused),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
