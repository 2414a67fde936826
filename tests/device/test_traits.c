// SPDX-License-Identifier: LGPL-2.1-or-later
/* What stands above and below a device, other people's XDP programs, and hardware. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"

/* ---- Above and below --------------------------------------------------------- */

struct tower {
	const char *name, *make; /* x1 stands on fw0 */
	const char *below;	 /* what is read as below x1 */
};

static const struct tower towers[] = {
	{ "a_bridge", "ip link add x1 type bridge && ip link set fw0 master x1", "" },
	{ "a_macvlan", "ip link add x1 link fw0 type macvlan", "fw0" },
	{ "a_macvtap", "ip link add x1 link fw0 type macvtap", "fw0" },
	{ "an_ipvlan", "ip link add x1 link fw0 type ipvlan", "fw0" },
	{ "a_vlan", "ip link add x1 link fw0 type vlan id 5", "fw0" },
	{ "a_macsec", "ip link add x1 link fw0 type macsec", "fw0" },
	{ "a_vxlan", "ip link add x1 type vxlan id 7 dev fw0 dstport 4789", "fw0" },
	{ "a_bond", "ip link set fw0 down && ip link add x1 type bond && ip link set fw0 master x1",
	  "" },
	{ "a_team", "ip link set fw0 down && ip link add x1 type team && ip link set fw0 master x1",
	  "" },
	{ "a_vrf", "ip link add x1 type vrf table 10 && ip link set fw0 master x1", "" },
};
#define TOWERS (sizeof(towers) / sizeof(*towers))

static void it_is_named_where_its_program_is_in_the_way(void **state)
{
	const struct tower *tower = *state;
	int above;

	if (run("%s", tower->make)->status)
		skip();
	assert_string_equal(traits_of("x1").below, tower->below);
	assert_string_equal(traits_of("fw0").above_xdp, "");
	assert_string_equal(objection("fw0", NETFWV6_MODE_NATIVE), "");
	above = attach_xdp("x1", NETFWV6_MODE_GENERIC);
	assert_true(above >= 0);
	assert_string_equal(traits_of("fw0").above_xdp, "x1");
	assert_false(takes_xdp("fw0", NETFWV6_MODE_NATIVE));
	assert_false(takes_xdp("fw0", NETFWV6_MODE_GENERIC));
	assert_has(objection("fw0", NETFWV6_MODE_NATIVE), "has x1 above it");
	assert_has(objection("fw0", NETFWV6_MODE_GENERIC), "has x1 above it");
	assert_string_equal(objection("fw0", NETFWV6_MODE_TC), "");
	assert_int_equal(choice_for("fw0", false).mode, NETFWV6_MODE_TC);
	close(above);
	assert_string_equal(traits_of("fw0").above_xdp, "");
	must("ip link set fw0 nomaster up");
}

static void the_other_end_of_a_pair_is_not_above(void **s)
{
	int other;

	(void)s;
	must("ip link add x0 type veth peer name x1");
	other = attach_xdp("x1", NETFWV6_MODE_NATIVE);
	assert_true(other >= 0);
	assert_string_equal(traits_of("x0").above_xdp, "");
	assert_string_equal(traits_of("x0").below, "");
	assert_true(takes_xdp("x0", NETFWV6_MODE_NATIVE));
	close(other);
}

/* Numbers of devices mean something in their own namespace only. */
static void a_device_of_another_namespace_is_not_taken_for_one_of_this(void **s)
{
	struct device device;
	struct device_traits traits;
	int error, link;

	(void)s;
	must("ip link add x1 link fw0 type macvlan && ip link set x1 netns %s", world.peer);
	enter_peer();
	assert_string_equal(traits_of("x1").below, "");
	assert_string_equal(traits_of("peer0").above_xdp, "");
	link = attach_xdp("x1", NETFWV6_MODE_GENERIC);
	enter_host();
	assert_true(link >= 0);
	device = device_called("fw0");
	traits = traits_of("fw0");
	assert_string_equal(traits.above_xdp, "");
	error = attach_xdp("fw0", NETFWV6_MODE_NATIVE);
	assert_true(error < 0);
	assert_result(mode_refused(&device, &traits, NETFWV6_MODE_NATIVE, error), NETFWV6_E_ABORT);
	assert_has(netfwv6_detail(), "a device in another network namespace above it");
	close(link);
	must("ip -n %s link del x1", world.peer);
}

/* ---- Other people's programs --------------------------------------------------- */

static void beside_another_program_auto_takes_tc(void **s)
{
	struct device device = device_called("fw0");
	int link = attach_xdp("fw0", NETFWV6_MODE_GENERIC);
	struct device_traits traits = traits_of("fw0"), ours;
	struct choice choice = choice_for("fw0", false);
	char id[16];

	(void)s;
	assert_true(link >= 0);
	assert_int_not_equal(traits.foreign_xdp, 0);
	snprintf(id, sizeof(id), "id %u", traits.foreign_xdp);
	assert_int_equal(choice.mode, NETFWV6_MODE_TC);
	assert_has(choice.note, "beside the XDP program 'traits_pass'");
	assert_has(choice.note, id);
	assert_result(mode_check(&device, &traits, NETFWV6_MODE_NATIVE), NETFWV6_E_ABORT);
	assert_has(netfwv6_detail(), id);
	assert_result(mode_check(&device, &traits, NETFWV6_MODE_GENERIC), NETFWV6_E_ABORT);
	assert_ok(mode_check(&device, &traits, NETFWV6_MODE_TC));
	assert_ok(device_traits_read(&device, traits.foreign_xdp, &ours));
	assert_int_equal(ours.foreign_xdp, 0);
	close(link);
}

/* ---- What the kernel says afterwards --------------------------------------------- */

/* A pair whose other end has more queues takes none, which 6.3 tells before. */
static void what_the_kernel_refuses_is_explained(void **s)
{
	struct device_traits traits;
	struct device device;
	int error;

	(void)s;
	must("ip link add x0 numrxqueues 1 numtxqueues 1 type veth peer name x1 numtxqueues 4 "
	     "numrxqueues 4");
	device = device_called("x0");
	traits = traits_of("x0");
	error = attach_xdp("x0", NETFWV6_MODE_NATIVE);
	assert_true(error < 0);
	assert_result(mode_refused(&device, &traits, NETFWV6_MODE_NATIVE, error),
		      NETFWV6_E_NOINTERFACE);
	assert_has(netfwv6_detail(), "more transmit queues");
	assert_has(netfwv6_detail(), "use --mode tc");
}

static void the_loopback_is_refused(void **s)
{
	(void)s;
	assert_has(objection("lo", NETFWV6_MODE_AUTO), "is the loopback");
	assert_has(objection("lo", NETFWV6_MODE_TC), "is the loopback");
}

/* ---- Hardware --------------------------------------------------------------------- */

/*
 * NETFWV6_TEST_DEVICES names devices, of the namespace where the test was started, that may
 * have an XDP program for a moment.
 */
static void what_is_read_of_hardware_holds(void **s)
{
	char *given = getenv("NETFWV6_TEST_DEVICES"), *rest = NULL;
	char *names = given ? strdup(given) : NULL;

	(void)s;
	if (!names)
		skip();
	enter_outside();
	for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		struct choice choice = choice_for(name, true);
		struct device_traits traits = traits_of(name);

		print_message("# %s: %s, %s%s%s\n", name, traits.driver,
			      choice.mode == NETFWV6_MODE_NATIVE ? "native" : "tc",
			      *choice.note ? "; " : "", choice.note);
		assert_true(traits.hardware);
		if (choice.mode == NETFWV6_MODE_NATIVE)
			assert_true(takes_xdp(name, NETFWV6_MODE_NATIVE));
		if (*objection(name, NETFWV6_MODE_NATIVE))
			assert_false(takes_xdp(name, NETFWV6_MODE_NATIVE));
	}
	enter_host();
	free(names);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		test(the_other_end_of_a_pair_is_not_above),
		test(a_device_of_another_namespace_is_not_taken_for_one_of_this),
		test(beside_another_program_auto_takes_tc),
		test(what_the_kernel_refuses_is_explained),
		test(the_loopback_is_refused),
		test(what_is_read_of_hardware_holds),
	};
	struct CMUnitTest tests[TOWERS + sizeof(others) / sizeof(*others)];

	for (size_t i = 0; i < TOWERS; i++)
		tests[i] = (struct CMUnitTest){
			.name = towers[i].name,
			.test_func = it_is_named_where_its_program_is_in_the_way,
			.setup_func = world_reset,
			.initial_state = (void *)&towers[i],
		};
	memcpy(tests + TOWERS, others, sizeof(others));
	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
