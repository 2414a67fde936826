// SPDX-License-Identifier: LGPL-2.1-or-later
/* Connections: which devices take the firewall, their names, and what is known of them. */
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "sockets.h"

/* ---- Which can be firewalled ----------------------------------------------- */

static void a_driver_without_native_mode_gets_a_sentence(void **s)
{
	const struct output *output;

	(void)s;
	if (run("ip link add br0 type bridge")->status) {
		print_message("# no bridges here\n");
		skip();
	}
	output = run("%s enable --mode native br0", netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "br0 takes no XDP program in native mode"));
	assert_non_null(strstr(output->err, "--mode tc"));
	assert_non_null(strstr(must("%s enable br0", netfwv6()), "tc mode"));
	must("%s disable br0 && ip link del br0", netfwv6());
}

static void the_loopback_is_refused(void **s)
{
	const struct output *output = run("%s enable lo", netfwv6());

	(void)s;
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "loopback"));
	assert_int_not_equal(access(world.state, F_OK), 0);
}

/* ---- Names ----------------------------------------------------------------- */

static void device_names_may_hold_dots(void **s)
{
	(void)s;
	must("ip link add v.100 type veth peer name v.101");
	enable("v.100");
	assert_true(firewalled("v.100"));
	must("%s disable v.100", netfwv6());
	assert_false(firewalled("v.100"));
	must("ip link del v.100");
}

static void a_renamed_device_stays_firewalled(void **s)
{
	(void)s;
	must("ip link add old0 type veth peer name old1");
	enable("old0");
	must("ip link set old0 name new0");
	assert_true(firewalled("new0"));
	must("ip link set old1 name old0"); /* the other end takes the name */
	assert_false(firewalled("old0"));
	enable("old0");
	assert_true(firewalled("new0") && firewalled("old0"));
	must("%s disable old0", netfwv6());
	assert_true(firewalled("new0"));
	must("%s disable new0 && ip link del new0", netfwv6());
}

static void a_recreated_device_can_be_enabled(void **s)
{
	(void)s;
	for (int i = 0; i < 3; i++) {
		must("ip link add come0 type veth peer name come1");
		assert_false(firewalled("come0"));
		enable("come0");
		assert_true(firewalled("come0"));
		must("ip link del come0");
	}
	must("%s disable come0", netfwv6());
	enable(HOST_DEVICE);
	must("%s disable " HOST_DEVICE, netfwv6());
	remove_state(); /* nothing stale keeps it */
}

/* ---- Connections ----------------------------------------------------------- */

static void several_devices_count_for_themselves(void **s)
{
	(void)s;
	must("ip link add two0 type veth peer name two1");
	enable(HOST_DEVICE);
	enable("two0");
	peer_send(5000, "x");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	assert_int_equal(packets("two0", "closed-udp"), 0);
	must("%s disable two0 && ip link del two0", netfwv6());
	assert_true(firewalled(HOST_DEVICE));
}

static void connections_are_enumerated_firewalled_or_not(void **s)
{
	struct netfwv6_connection_enum *connections, *clone;
	struct netfwv6_connection *got[8];
	struct netfwv6_mgr *mgr = open_mgr();
	size_t n, count;

	(void)s;
	must("ip link add en0 type veth peer name en1");
	assert_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	must("ip link del en0"); /* a snapshot keeps it */
	assert_ok(netfwv6_connection_enum_count(connections, &count));
	assert_int_equal(count, 3);
	assert_ok(netfwv6_connection_enum_skip(connections, 1));
	assert_ok(netfwv6_connection_enum_clone(connections, &clone));
	assert_ok(netfwv6_connection_enum_reset(connections));
	assert_result(netfwv6_connection_enum_next(connections, 8, got, &n), NETFWV6_S_FALSE);
	assert_int_equal(n, 3);
	assert_string_equal(netfwv6_connection_id(got[0]), HOST_DEVICE);
	for (size_t i = 0; i < n; i++) {
		bool answer = true;

		assert_ok(netfwv6_connection_is_firewalled(got[i], &answer));
		assert_false(answer);
		netfwv6_connection_free(got[i]);
	}
	assert_result(netfwv6_connection_enum_next(clone, 8, got, &n), NETFWV6_S_FALSE);
	assert_int_equal(n, 2);
	netfwv6_connection_free(got[0]);
	netfwv6_connection_free(got[1]);
	netfwv6_connection_enum_free(connections);
	netfwv6_connection_enum_free(clone);
	netfwv6_mgr_close(mgr);
}

static void counters_and_status_ask_for_a_firewalled_device(void **s)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status), .mode = 77 };
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);
	struct netfwv6_enable_options options = { .sz = sizeof(options), .mode = 4 };
	size_t n = 99;

	(void)s;
	assert_result(netfwv6_connection_get_counters(connection, 0, sizeof(struct netfwv6_counter),
						      NULL, &n),
		      NETFWV6_E_FAIL);
	assert_int_equal(n, 99);
	assert_result(netfwv6_connection_enable_firewall(connection, &options),
		      NETFWV6_E_INVALIDARG);
	status.sz = 3;
	assert_result(netfwv6_connection_get_status(connection, &status), NETFWV6_E_INVALIDARG);
	assert_int_equal(status.mode, 77);
	status.sz = sizeof(status);
	assert_ok(netfwv6_connection_get_status(connection, &status));
	assert_false(status.firewalled);
	assert_int_equal(status.mode, 0);
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_driver_without_native_mode_gets_a_sentence),
		test(the_loopback_is_refused),
		test(device_names_may_hold_dots),
		test(a_renamed_device_stays_firewalled),
		test(a_recreated_device_can_be_enabled),
		test(several_devices_count_for_themselves),
		test(connections_are_enumerated_firewalled_or_not),
		test(counters_and_status_ask_for_a_firewalled_device),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
