// SPDX-License-Identifier: LGPL-2.1-or-later
/* What auto makes of hardware that is not at hand, from traits as they would be read. */
#include <errno.h>
#include <string.h>

#include "attempt.h"

static const struct device nic = { .name = "eth0", .ifindex = 2, .framing = FRAMING_ETHERNET };

static struct device_traits driver(const char *name)
{
	struct device_traits traits = { .hardware = true, .mtu = 1500, .native = NATIVE_YES };

	strncpy(traits.driver, name, sizeof(traits.driver) - 1);
	return traits;
}

static void expect(const struct device_traits *traits, uint32_t mode, const char *note)
{
	char said[MODE_NOTE_SIZE];
	uint32_t chosen = 99;

	mode_choose(&nic, traits, true, &chosen, said);
	assert_int_equal(chosen, mode);
	if (*note)
		assert_has(said, note);
	else
		assert_string_equal(said, "");
	assert_ok(mode_check(&nic, traits, chosen));
}

static void a_driver_that_can_and_loses_nothing_is_native(void **s)
{
	struct device_traits traits = driver("igb");

	(void)s;
	expect(&traits, NETFWV6_MODE_NATIVE, "");
	traits.native = NATIVE_UNKNOWN;
	expect(&traits, NETFWV6_MODE_TC, "");
	assert_ok(mode_check(&nic, &traits, NETFWV6_MODE_NATIVE));
	traits.native = NATIVE_NONE;
	expect(&traits, NETFWV6_MODE_TC, "");
	assert_result(mode_check(&nic, &traits, NETFWV6_MODE_NATIVE), NETFWV6_E_NOINTERFACE);
	assert_has(netfwv6_detail(), "its driver igb has none");
}

/* Members whose drivers have none must be able to join. */
static void a_bond_without_members_takes_no_native(void **s)
{
	struct device_traits traits = driver("bonding");

	(void)s;
	strcpy(traits.kind, "bond");
	expect(&traits, NETFWV6_MODE_TC, "keep members out whose drivers have no XDP");
	assert_result(mode_check(&nic, &traits, NETFWV6_MODE_NATIVE), NETFWV6_E_NOINTERFACE);
	assert_has(netfwv6_detail(), "it has no members");
	traits.has_members = true;
	assert_ok(mode_check(&nic, &traits, NETFWV6_MODE_NATIVE));
}

static void an_offload_that_is_on_is_kept(void **s)
{
	struct device_traits traits = driver("bnxt_en");

	(void)s;
	traits.offloads = OFFLOAD_GRO_HW;
	expect(&traits, NETFWV6_MODE_TC, "goes without rx-gro-hw, which is on");
	traits.offloads = OFFLOAD_LRO;
	expect(&traits, NETFWV6_MODE_TC, "goes without lro, which is on");
	traits.offloads = OFFLOAD_LRO | OFFLOAD_GRO_HW;
	expect(&traits, NETFWV6_MODE_TC, "goes without rx-gro-hw and lro, which are on");
	assert_ok(mode_check(&nic, &traits, NETFWV6_MODE_NATIVE));
	traits.offloads = 0;
	expect(&traits, NETFWV6_MODE_NATIVE, "");
}

static void large_frames_are_kept(void **s)
{
	struct device_traits traits = driver("ena");

	(void)s;
	traits.mtu = 9001;
	expect(&traits, NETFWV6_MODE_TC, "its MTU is 9001");
	traits.frags = true;
	expect(&traits, NETFWV6_MODE_NATIVE, "");
}

static void a_driver_that_forgets_its_program_gets_none(void **s)
{
	struct device_traits traits = driver("vmxnet3");

	(void)s;
	expect(&traits, NETFWV6_MODE_TC, "forgets the program");
	assert_ok(mode_check(&nic, &traits, NETFWV6_MODE_NATIVE));
	traits.native = NATIVE_UNKNOWN; /* as the driver of 6.1 is */
	expect(&traits, NETFWV6_MODE_TC, "");
}

static void a_host_that_takes_no_orders_is_not_asked(void **s)
{
	struct device_traits traits = driver("virtio_net");

	(void)s;
	traits.host_decides_offloads = true;
	expect(&traits, NETFWV6_MODE_TC, "ctrl_guest_offloads=on");
	assert_ok(mode_check(&nic, &traits, NETFWV6_MODE_NATIVE));
	traits.offloads = OFFLOAD_GRO_HW;
	expect(&traits, NETFWV6_MODE_TC, "ctrl_guest_offloads=on");
	assert_result(mode_check(&nic, &traits, NETFWV6_MODE_NATIVE), NETFWV6_E_NOINTERFACE);
	assert_has(netfwv6_detail(), "ctrl_guest_offloads=on");
}

static void what_tc_lets_past_is_said(void **s)
{
	struct device_traits traits = driver("veth");
	char note[MODE_NOTE_SIZE];

	(void)s;
	strcpy(traits.kind, "veth");
	assert_true(mode_leaks(&nic, &traits, false, NETFWV6_MODE_TC, note));
	assert_has(note, "past every mode but native");
	assert_true(mode_leaks(&nic, &traits, false, NETFWV6_MODE_GENERIC, note));
	assert_false(mode_leaks(&nic, &traits, false, NETFWV6_MODE_NATIVE, note));
	assert_false(mode_leaks(&nic, &traits, true, NETFWV6_MODE_TC, note));
	strcpy(traits.kind, "tun");
	assert_false(mode_leaks(&nic, &traits, false, NETFWV6_MODE_TC, note));
}

static void refuse(const struct device_traits *traits, int error, netfwv6_result result,
		   const char *sentence)
{
	assert_result(mode_refused(&nic, traits, NETFWV6_MODE_NATIVE, error), result);
	assert_has(netfwv6_detail(), sentence);
}

static void a_refusal_names_what_is_likeliest(void **s)
{
	struct device_traits traits = driver("ixgbe");

	(void)s;
	refuse(&traits, -EINVAL, NETFWV6_E_NOINTERFACE, "its driver ixgbe says: Invalid argument");
	refuse(&traits, -EOPNOTSUPP, NETFWV6_E_NOINTERFACE, "its driver ixgbe has none");
	refuse(&traits, -EPERM, NETFWV6_E_ACCESSDENIED, "cannot attach to device eth0");
	traits.mtu = 9000;
	refuse(&traits, -EINVAL, NETFWV6_E_NOINTERFACE, "its MTU of 9000 is too large");
	traits.offloads = OFFLOAD_LRO;
	refuse(&traits, -EINVAL, NETFWV6_E_NOINTERFACE, "lro is on");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_driver_that_can_and_loses_nothing_is_native),
		cmocka_unit_test(a_bond_without_members_takes_no_native),
		cmocka_unit_test(an_offload_that_is_on_is_kept),
		cmocka_unit_test(large_frames_are_kept),
		cmocka_unit_test(a_driver_that_forgets_its_program_gets_none),
		cmocka_unit_test(a_host_that_takes_no_orders_is_not_asked),
		cmocka_unit_test(what_tc_lets_past_is_said),
		cmocka_unit_test(a_refusal_names_what_is_likeliest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
