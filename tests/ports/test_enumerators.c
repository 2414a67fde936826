// SPDX-License-Identifier: LGPL-2.1-or-later
/* Ranges of ports, and the enumerators of open ones. */
#include "ports.h"
#include "setting.h"
#include "world.h"

/* ---- Enumerators ----------------------------------------------------------- */

static uint32_t next_number(struct netfwv6_port_enum *ports)
{
	struct netfwv6_port port = {};

	assert_ok(netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &port, NULL));
	return port.port;
}

static void a_snapshot_does_not_change(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_port_enum *ports;
	struct netfwv6_port got[4];
	size_t n;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 80, TCP, "web"));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 53, UDP, "dns"));
	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports));
	assert_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 22, TCP, "ssh"));
	netfwv6_mgr_close(mgr); /* it outlives the manager */
	assert_result(netfwv6_port_enum_next(ports, 4, sizeof(struct netfwv6_port), got, &n),
		      NETFWV6_S_FALSE);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].port, 80);
	assert_int_equal(got[0].protocol, TCP);
	assert_string_equal(got[0].name, "web");
	assert_int_equal(got[1].port, 53);
	assert_int_equal(got[1].protocol, UDP);
	assert_string_equal(got[1].name, "dns");
	netfwv6_port_enum_free(ports);
}

static void enumerators_step_skip_reset_and_clone(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_port_enum *ports, *clone;
	struct netfwv6_port got[3], untouched = { .port = 7 };
	size_t n;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 11, 15, TCP, NULL));
	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports));
	assert_ok(netfwv6_port_enum_count(ports, &n));
	assert_int_equal(n, 5);
	assert_int_equal(next_number(ports), 11);
	assert_ok(netfwv6_port_enum_skip(ports, 2));
	assert_ok(netfwv6_port_enum_clone(ports, &clone));
	assert_int_equal(next_number(ports), 14);
	assert_int_equal(next_number(clone), 14); /* at the same place, on its own */
	assert_ok(netfwv6_port_enum_next(ports, 0, sizeof(struct netfwv6_port), NULL, &n));
	assert_int_equal(n, 0);
	assert_int_equal(next_number(ports), 15);
	assert_result(
		netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &untouched, NULL),
		NETFWV6_S_FALSE);
	assert_int_equal(untouched.port, 7);
	assert_ok(netfwv6_port_enum_reset(ports));
	assert_ok(netfwv6_port_enum_next(ports, 3, sizeof(struct netfwv6_port), got, &n));
	assert_int_equal(got[2].port, 13);
	assert_ok(netfwv6_port_enum_skip(ports, 2));
	assert_result(netfwv6_port_enum_skip(ports, 1), NETFWV6_S_FALSE);
	netfwv6_port_enum_free(ports);
	assert_int_equal(next_number(clone), 15); /* outlives what it was cloned from */
	assert_result(netfwv6_port_enum_skip(clone, SIZE_MAX), NETFWV6_S_FALSE);
	assert_ok(netfwv6_port_enum_count(clone, &n));
	assert_int_equal(n, 5);
	netfwv6_port_enum_free(clone);
	netfwv6_mgr_close(mgr);
}

/* ---- Ranges ---------------------------------------------------------------- */

static void a_range_includes_both_ends(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 8000, 8100, UDP, NULL));
	assert_int_equal(count_open(mgr), 101);
	assert_true(is_open(mgr, 8000, UDP) && is_open(mgr, 8100, UDP));
	assert_false(is_open(mgr, 7999, UDP) || is_open(mgr, 8101, UDP));
	assert_ok(netfwv6_mgr_close_global_ports(mgr, 8001, 8099, UDP));
	assert_int_equal(count_open(mgr), 2);
	netfwv6_mgr_close(mgr);
}

/* Those that a call lists: their number, and the first one. */
static size_t listed(netfwv6_result result, struct netfwv6_port_enum **ports, uint32_t *first)
{
	struct netfwv6_port port = {};
	size_t n;

	assert_ok(result);
	assert_ok(netfwv6_port_enum_count(*ports, &n));
	if (n)
		assert_ok(netfwv6_port_enum_next(*ports, 1, sizeof(port), &port, NULL));
	netfwv6_port_enum_free(*ports);
	*first = port.port;
	return n;
}

static void a_range_is_enumerated_alone(void **s)
{
	const struct netfwv6_port_range range = { 15, 30, UDP }, one = { 20, 20, TCP };
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_port_enum *ports;
	uint32_t first;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 10, 20, TCP, NULL));
	assert_ok(netfwv6_mgr_open_global_ports(mgr, 10, 20, UDP, NULL));
	assert_int_equal(listed(netfwv6_mgr_enumerate_globally_open_ports(mgr, &range, &ports),
				&ports, &first),
			 6);
	assert_int_equal(first, 15);
	assert_int_equal(listed(netfwv6_mgr_enumerate_globally_open_ports(mgr, &one, &ports),
				&ports, &first),
			 1);
	assert_int_equal(first, 20);
	assert_int_equal(listed(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports),
				&ports, &first),
			 22);
	netfwv6_mgr_close(mgr);
}

static void a_range_of_a_connections_ports_is_enumerated_alone(void **s)
{
	const struct netfwv6_port_range range = { 15, 30, UDP }, empty = { 15, 30, TCP };
	const struct netfwv6_port_range bad[] = {
		{ 0, 1, TCP }, { 2, 1, TCP }, { 1, 65536, UDP }, { 1, 2, 1 }
	};
	const struct setting *setting = *s;
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);
	struct netfwv6_port_enum *ports, *untouched = (void *)&range;
	uint32_t first;

	assert_ok(setting->set_range(connection, 10, 20, UDP));
	assert_ok(setting->set(connection, 5, TCP));
	assert_int_equal(listed(setting->enumerate(connection, &range, &ports), &ports, &first), 6);
	assert_int_equal(first, 15);
	assert_int_equal(listed(setting->enumerate(connection, &empty, &ports), &ports, &first), 0);
	assert_int_equal(listed(setting->enumerate(connection, NULL, &ports), &ports, &first), 12);
	assert_int_equal(first, 5);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_result(setting->enumerate(connection, &bad[i], &untouched),
			      NETFWV6_E_INVALIDARG);
		assert_ptr_equal(untouched, &range);
	}
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_snapshot_does_not_change),
		test(enumerators_step_skip_reset_and_clone),
		test(a_range_includes_both_ends),
		test(a_range_is_enumerated_alone),
		test_of_both(a_range_of_a_connections_ports_is_enumerated_alone),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
