// SPDX-License-Identifier: LGPL-2.1-or-later
/* A state whose devices are all gone is adopted by another network namespace. */
#include <string.h>

#include "connections.h"

static netfwv6_result close_443(struct netfwv6_mgr *mgr)
{
	return netfwv6_mgr_close_global_port(mgr, 443, NETFWV6_PROTOCOL_TCP);
}

static void a_handle_from_before_changes_nothing(void **s)
{
	struct netfwv6_mgr *mgr;

	(void)s;
	assert_int_equal(netfwv6_mgr_open(&mgr, NULL), NETFWV6_S_OK);
	assert_int_equal(netfwv6_mgr_open_global_port(mgr, 443, NETFWV6_PROTOCOL_TCP, NULL),
			 NETFWV6_S_OK);
	must("nsenter --net=/run/netns/%s %s enable " PEER_DEVICE, world.peer, netfwv6());
	assert_int_equal(close_443(mgr), NETFWV6_E_ABORT);
	assert_non_null(strstr(netfwv6_detail(), "serves another network namespace"));
	must("nsenter --net=/run/netns/%s %s check 443/tcp", world.peer, netfwv6());
	must("nsenter --net=/run/netns/%s %s disable " PEER_DEVICE, world.peer, netfwv6());
	must("nsenter --net=/run/netns/%s %s close 443/tcp", world.peer, netfwv6());
	must("nsenter --net=/run/netns/%s %s remove", world.peer, netfwv6());
	netfwv6_mgr_close(mgr);
}

static void a_state_with_a_device_is_nobody_elses(void **s)
{
	(void)s;
	must("%s enable " HOST_DEVICE, netfwv6());
	assert_int_equal(
		run("nsenter --net=/run/netns/%s %s enable " PEER_DEVICE, world.peer, netfwv6())
			->status,
		4);
	must("%s disable " HOST_DEVICE, netfwv6());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_handle_from_before_changes_nothing),
		test(a_state_with_a_device_is_nobody_elses),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
