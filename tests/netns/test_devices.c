// SPDX-License-Identifier: LGPL-2.1-or-later
/* Configuration by a device's name, while the device goes and comes back; kinds of devices. */
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "hooks.h"
#include "modes.h"
#include "sockets.h"
#include "tun.h"

#define CONFIGURED ((struct netfwv6_enable_options){ .if_configured = true })

static netfwv6_result try_switch_on(const char *device, struct netfwv6_enable_options options)
{
	struct handle handle = handle_on(device);
	netfwv6_result result;

	options.sz = sizeof(options);
	result = netfwv6_connection_enable_firewall(handle.connection, &options);
	release(&handle);
	return result;
}

/* ---- A device that goes and comes back -------------------------------------- */

static void settings_hold_again_for_a_recreated_device(void **s)
{
	(void)s;
	set_global(80, TCP, true);
	for (int i = 0; i < 3; i++) {
		make_pair("come0", "come1");
		open_on("come0", 443, TCP);
		ignore_on("come0", 80, TCP);
		switch_on("come0");
		assert_true(admits("come0", 443, TCP));
		must("ip link del come0");
		assert_true(is_open_on("come0", 443, TCP));
		assert_true(is_ignored_on("come0", 80, TCP));
		make_pair("come0", "come1");
		assert_true(is_open_on("come0", 443, TCP));
		switch_on("come0");
		assert_true(admits("come0", 443, TCP));
		assert_false(admits("come0", 80, TCP));
		assert_false(admits("come0", 444, TCP));
		/* The link of the first device is not in the way. */
		assert_int_equal(devices_with_pins(), 1);
		must("ip link del come0");
	}
}

static void what_was_unplugged_is_configured_and_not_attached(void **s)
{
	struct netfwv6_connection_status status;

	(void)s;
	make_pair("come0", "come1");
	assert_false(status_of("come0").configured);
	switch_on("come0");
	assert_true(status_of("come0").configured);
	must("ip link del come0");
	status = status_of("come0");
	assert_true(status.configured);
	assert_false(status.firewalled || status.moved || status.learning);
	assert_int_equal(status.ifindex, 0);
	assert_int_equal(status.program_id, 0);
	assert_false(firewalled("come0"));
	make_pair("come0", "come1");
	status = status_of("come0");
	assert_true(status.configured);
	assert_false(status.firewalled || status.moved || status.learning);
	assert_int_not_equal(status.ifindex, 0);
	assert_int_equal(program_on(world.host, "come0"), 0);
	switch_on("come0");
	status = status_of("come0");
	assert_true(status.configured && status.firewalled && status.learning);
	assert_string_equal(status.settings_of, "");
	switch_off("come0");
	assert_false(status_of("come0").configured);
}

static void only_what_was_configured_is_enabled_again(void **s)
{
	uint32_t program;

	(void)s;
	make_pair("come0", "come1");
	assert_result(try_switch_on("come0", CONFIGURED), NETFWV6_S_FALSE);
	assert_false(firewalled("come0"));
	assert_false(state_is_there());
	open_on("come0", 443, TCP); /* settings alone are no wish */
	assert_result(try_switch_on("come0", CONFIGURED), NETFWV6_S_FALSE);
	assert_false(firewalled("come0"));
	switch_on("come0");
	program = status_of("come0").program_id;
	assert_ok(try_switch_on("come0", CONFIGURED)); /* is so already */
	assert_int_equal(status_of("come0").program_id, program);
	must("ip link del come0");
	assert_result(try_switch_on("come0", CONFIGURED), NETFWV6_E_NOINTERFACE);
	make_pair("come0", "come1");
	assert_result(try_switch_on("come1", CONFIGURED), NETFWV6_S_FALSE);
	assert_ok(try_switch_on("come0", CONFIGURED));
	assert_true(admits("come0", 443, TCP));
	assert_false(admits("come0", 444, TCP));
	switch_off("come0");
	assert_result(try_switch_on("come0", CONFIGURED), NETFWV6_S_FALSE);
	assert_false(firewalled("come0"));
}

static void recreate(void)
{
	run("ip link del come0");
	make_pair("come0", "come1");
}

static void it_is_enabled_as_it_was_before(void **s)
{
	struct netfwv6_connection_status status;

	(void)s;
	recreate();
	switch_on_with("come0", (struct netfwv6_enable_options){
					.stateless = true,
					.mode = NETFWV6_MODE_GENERIC,
				});
	recreate();
	assert_ok(try_switch_on("come0", CONFIGURED));
	status = status_of("come0");
	assert_true(status.firewalled && status.stateless && !status.learning);
	assert_int_equal(status.mode, NETFWV6_MODE_GENERIC);
	switch_on("come0"); /* a change of mind counts */
	recreate();
	assert_ok(try_switch_on("come0", CONFIGURED));
	status = status_of("come0");
	assert_true(status.learning && !status.stateless);
	assert_int_equal(status.mode, NETFWV6_MODE_GENERIC);
	switch_off("come0");
	switch_on_with("come0", (struct netfwv6_enable_options){ .learn_only = true });
	assert_true(status_of("come0").configured_learn_only);
	recreate();
	assert_true(status_of("come0").configured && status_of("come0").configured_learn_only);
	assert_ok(try_switch_on("come0", CONFIGURED));
	status = status_of("come0");
	assert_true(!status.firewalled && status.learning && status.configured_learn_only);
	switch_on("come0");
	assert_true(firewalled("come0"));
	assert_false(status_of("come0").configured_learn_only);
}

static void what_could_not_be_enabled_is_not_configured(void **s)
{
	(void)s;
	must("ip link add br0 type bridge");
	assert_result(try_switch_on("br0",
				    (struct netfwv6_enable_options){ .mode = NETFWV6_MODE_NATIVE }),
		      NETFWV6_E_NOINTERFACE);
	assert_false(status_of("br0").configured);
	assert_result(try_switch_on("br0", CONFIGURED), NETFWV6_S_FALSE);
	remove_state();
}

/* veth refuses native mode where its peer could send by more queues than it receives by. */
static void recreate_few(void)
{
	run("ip link del come0");
	must("ip link add come0 numrxqueues 1 numtxqueues 1 type veth peer name come1 "
	     "numrxqueues 2 numtxqueues 2");
}

/* What cannot be had leaves the wish as it was, and the device, too. */
static void a_refused_change_of_mind_changes_no_wish(void **s)
{
	static const struct {
		struct netfwv6_enable_options options;
		netfwv6_result result;
	} refused[] = {
		{ { .mode = NETFWV6_MODE_NATIVE, .stateless = true }, NETFWV6_E_NOINTERFACE },
		{ { .learn_only = true }, NETFWV6_E_ABORT },
	};
	struct netfwv6_connection_status status;

	(void)s;
	for (int i = 0; i < 2; i++) {
		recreate_few();
		switch_on_with("come0",
			       (struct netfwv6_enable_options){ .mode = NETFWV6_MODE_GENERIC });
		assert_result(try_switch_on("come0", refused[i].options), refused[i].result);
		status = status_of("come0");
		assert_true(status.firewalled && !status.stateless);
		assert_int_equal(status.mode, NETFWV6_MODE_GENERIC);
		assert_false(status.configured_learn_only);
		recreate_few();
		assert_ok(try_switch_on("come0", CONFIGURED));
		status = status_of("come0");
		assert_true(status.firewalled && !status.stateless);
		assert_int_equal(status.mode, NETFWV6_MODE_GENERIC);
		switch_off("come0");
	}
}

static void what_is_configured_is_so_without_a_device(void **s)
{
	(void)s;
	make_pair("come0", "come1");
	switch_on("come0");
	switch_on(HOST_DEVICE);
	must("ip link del come0");
	switch_off(HOST_DEVICE);
	assert_true(state_is_there());
	assert_true(status_of("come0").configured);
	switch_off("come0"); /* of which there is no device */
	remove_state();
	make_pair("come0", "come1");
	assert_false(status_of("come0").configured);
}

static void settings_outlive_the_firewall(void **s)
{
	(void)s;
	open_on(HOST_DEVICE, 443, TCP);
	switch_on(HOST_DEVICE);
	switch_off(HOST_DEVICE);
	assert_true(is_open_on(HOST_DEVICE, 443, TCP));
	close_on(HOST_DEVICE, 443, TCP);
	ignore_on(HOST_DEVICE, 443, TCP);
	switch_on(HOST_DEVICE);
	switch_off(HOST_DEVICE);
	assert_true(is_ignored_on(HOST_DEVICE, 443, TCP));
	observe_on(HOST_DEVICE, 443, TCP);
	switch_on(HOST_DEVICE);
	switch_off(HOST_DEVICE);
	remove_state();
}

/* ---- Kinds of devices ------------------------------------------------------------- */

static void a_device_whose_driver_refuses_has_the_other_modes(void **s)
{
	(void)s;
	recreate_few();
	assert_result(try_switch_on("come0",
				    (struct netfwv6_enable_options){ .mode = NETFWV6_MODE_NATIVE }),
		      NETFWV6_E_NOINTERFACE);
	assert_non_null(strstr(netfwv6_detail(), "come0 takes no XDP program in native mode"));
	assert_false(firewalled("come0"));
	assert_true(is_bare(world.host, "come0"));
	remove_state();
	open_on("come0", 443, TCP);
	switch_on_with("come0", (struct netfwv6_enable_options){ .mode = NETFWV6_MODE_TC });
	assert_int_equal(status_of("come0").mode, NETFWV6_MODE_TC);
	assert_true(admits("come0", 443, TCP));
	assert_false(admits("come0", 444, TCP));
}

/* The port filters what is for the bridge's address as well; the bridge itself need not. */
static void a_bridge_port_has_settings_of_its_own(void **s)
{
	int here = host_udp(6001), bridge = host_udp(6002), both = host_udp(6003);

	(void)s;
	must("ip link add br0 type bridge && ip link set br0 up");
	make_pair("port0", "far0");
	must("ip link set port0 master br0");
	lead_through("port0", "far0", "br0");
	for (uint32_t port = 6001; port <= 6003; port++)
		if (port != 6002)
			open_on("port0", port, UDP);
	for (uint32_t port = 6002; port <= 6003; port++)
		open_on("br0", port, UDP);
	switch_on("port0");
	peer_send(6002, "closed");
	peer_send(6001, "here");
	wait_for_datagram(here, "here");
	assert_true(nothing_arrived(bridge));
	switch_on("br0");
	peer_send(6001, "not beyond");
	peer_send(6002, "not so far");
	peer_send(6003, "through both");
	wait_for_datagram(both, "through both");
	assert_true(nothing_arrived(here) && nothing_arrived(bridge));
	assert_int_equal(packets("port0", "closed-udp"), 2);
	assert_int_equal(packets("br0", "closed-udp"), 1);
	close(here);
	close(bridge);
	close(both);
}

static void a_device_without_ethernet_header_has_settings_of_its_own(void **s)
{
	int here = host_udp(5000), ignored = host_udp(5001), global = host_udp(5002);
	int tun = make_tun("tun0");

	(void)s;
	open_on("tun0", 5000, UDP);
	ignore_on("tun0", 5001, UDP);
	set_global(5001, UDP, true);
	set_global(5002, UDP, true);
	switch_on("tun0");
	write_udp(tun, 5001, "closed");
	write_udp(tun, 5000, "opened");
	write_udp(tun, 5002, "global");
	wait_for_datagram(here, "opened");
	wait_for_datagram(global, "global");
	assert_true(nothing_arrived(ignored));
	assert_int_equal(packets("tun0", "open-here"), 1);
	assert_int_equal(packets("tun0", "open-global"), 1);
	assert_int_equal(packets("tun0", "closed-udp"), 1);
	/* It goes, comes back, and is enabled as before. */
	close(tun);
	assert_true(status_of("tun0").configured);
	tun = make_tun("tun0");
	assert_ok(try_switch_on("tun0", CONFIGURED));
	write_udp(tun, 5001, "closed");
	write_udp(tun, 5000, "opened");
	wait_for_datagram(here, "opened");
	assert_true(nothing_arrived(ignored));
	close(tun);
	close(here);
	close(ignored);
	close(global);
}

static void a_device_with_large_frames_has_settings_of_its_own(void **s)
{
	int here = host_udp(6001), ignored = host_udp(6002);
	char big[1900];

	(void)s;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	make_pair("big0", "far0");
	must("ip link set big0 mtu 9000 && ip link set far0 mtu 9000");
	lead_through("big0", "far0", "big0");
	open_on("big0", 6001, UDP);
	set_global(6002, UDP, true);
	ignore_on("big0", 6002, UDP);
	switch_on("big0");
	peer_send(6002, big);
	peer_send(6001, big);
	wait_for_datagram(here, big);
	assert_true(nothing_arrived(ignored));
	assert_int_equal(packets("big0", "open-here"), 1);
	assert_int_equal(packets("big0", "closed-udp"), 1);
	assert_int_equal(packets("big0", "later-fragment"), 0);
	close(here);
	close(ignored);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_in_modes(settings_hold_again_for_a_recreated_device),
		test_in_modes(what_was_unplugged_is_configured_and_not_attached),
		test_in_modes(only_what_was_configured_is_enabled_again),
		test(it_is_enabled_as_it_was_before),
		test(what_could_not_be_enabled_is_not_configured),
		test(a_refused_change_of_mind_changes_no_wish),
		test_in_modes(what_is_configured_is_so_without_a_device),
		test(settings_outlive_the_firewall),
		test(a_device_whose_driver_refuses_has_the_other_modes),
		test_without_driver(a_bridge_port_has_settings_of_its_own),
		test_without_driver(a_device_without_ethernet_header_has_settings_of_its_own),
		test_in_modes(a_device_with_large_frames_has_settings_of_its_own),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
