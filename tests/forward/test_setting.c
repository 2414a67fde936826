// SPDX-License-Identifier: LGPL-2.1-or-later
/* Whether forwarded packets pass is kept with a device, and told wherever its settings are. */
#include <string.h>

#include "connections.h"
#include "modes.h"
#include "world.h"

static uint8_t forward_of(const char *device)
{
	return status_of(device).forward;
}

static void expect_pass(const char *command)
{
	must("%s -q %s", netfwv6(), command);
	if (forward_of(HOST_DEVICE) != NETFWV6_FORWARD_PASS)
		fail_msg("after '%s' forwarded packets are judged", command);
}

static void a_device_judges_at_first(void **s)
{
	(void)s;
	must("%s -q enable " HOST_DEVICE, netfwv6());
	assert_int_equal(forward_of(HOST_DEVICE), NETFWV6_FORWARD_JUDGE);
}

static void it_is_kept_until_it_is_changed(void **s)
{
	static const char *const commands[] = {
		"enable " HOST_DEVICE " --forward pass",
		"enable " HOST_DEVICE,
		"enable " HOST_DEVICE " --mode tc",
		"enable " HOST_DEVICE " --mode generic",
		"enable " HOST_DEVICE " --mode native",
		"enable " HOST_DEVICE " --stateless",
		"enable --if-configured " HOST_DEVICE,
		"init --rebuild",
		"open 443/tcp --dev " HOST_DEVICE, /* programs get a slot */
		"init --rebuild",
		"enable " HOST_DEVICE,
	};

	(void)s;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		expect_pass(commands[i]);
	must("%s -q enable " HOST_DEVICE " --forward judge", netfwv6());
	assert_int_equal(forward_of(HOST_DEVICE), NETFWV6_FORWARD_JUDGE);
	expect_pass("enable " HOST_DEVICE " --forward pass");
	must("%s -q disable " HOST_DEVICE " && %s -q enable " HOST_DEVICE, netfwv6(), netfwv6());
	assert_int_equal(forward_of(HOST_DEVICE), NETFWV6_FORWARD_JUDGE);
}

static void make_device(void)
{
	must("ip link add back0 type veth peer name back1");
}

/* udev's call, and a hand's. */
static void a_device_that_comes_back_has_it(void **s)
{
	static const char *const again[] = { "enable --if-configured back0", "enable back0",
					     "enable back0 --mode tc" };

	(void)s;
	for (size_t i = 0; i < sizeof(again) / sizeof(*again); i++) {
		make_device();
		must("%s -q enable back0 --forward pass && ip link del back0", netfwv6());
		make_device();
		must("%s -q %s", netfwv6(), again[i]);
		assert_int_equal(forward_of("back0"), NETFWV6_FORWARD_PASS);
		must("%s -q disable back0 && ip link del back0", netfwv6());
	}
}

static void it_is_kept_over_a_new_name(void **s)
{
	(void)s;
	make_device();
	must("%s -q enable back0 --forward pass && ip link set back0 name back2", netfwv6());
	assert_int_equal(forward_of("back2"), NETFWV6_FORWARD_PASS);
	must("%s -q enable back2", netfwv6());
	assert_int_equal(forward_of("back2"), NETFWV6_FORWARD_PASS);
	must("%s -q disable back2 && %s -q disable back0 && ip link del back2", netfwv6(),
	     netfwv6());
}

static void it_is_told(void **s)
{
	(void)s;
	assert_non_null(
		strstr(must("%s enable " HOST_DEVICE " --mode tc --forward pass", netfwv6()),
		       HOST_DEVICE ": firewalled, tc mode, passes what is forwarded\n"));
	assert_non_null(strstr(must("%s status", netfwv6()),
			       HOST_DEVICE ": firewalled, tc mode, passes what is forwarded, "));
	assert_string_equal(must("%s status --json | jq -r '.devices[].forward'", netfwv6()),
			    "pass\n");
	assert_string_equal(must("%s stats --json | jq -r '.devices[].forward'", netfwv6()),
			    "pass\n");
	assert_non_null(strstr(must("%s stats --prometheus", netfwv6()),
			       "netfwv6_firewalled{device=\"" HOST_DEVICE
			       "\",mode=\"tc\",stateless=\"false\",forward=\"pass\"} 1\n"));
	assert_non_null(strstr(must("%s explain 80/tcp --dev " HOST_DEVICE, netfwv6()),
			       "  rule 4  else, not for this host          passes\n"));
	must("%s -q enable " HOST_DEVICE " --forward judge", netfwv6());
	assert_string_equal(must("%s status --json | jq -r '.devices[].forward'", netfwv6()),
			    "judge\n");
	assert_null(strstr(must("%s explain 80/tcp --dev " HOST_DEVICE, netfwv6()),
			   "not for this host"));
}

static void nonsense_is_refused(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);
	struct netfwv6_enable_options options = { .sz = sizeof(options), .forward = 3 };
	const struct output *output = run("%s enable " HOST_DEVICE " --forward no", netfwv6());

	(void)s;
	assert_int_equal(output->status, 2);
	assert_non_null(strstr(output->err, "'no' is nothing to do with forwarded packets"));
	assert_int_equal(
		run("%s enable --learn-only --forward pass " HOST_DEVICE, netfwv6())->status, 2);
	assert_int_equal(
		run("%s enable --if-configured --forward pass " HOST_DEVICE, netfwv6())->status, 2);
	assert_result(netfwv6_connection_enable_firewall(handle.connection, &options),
		      NETFWV6_E_INVALIDARG);
	options = (struct netfwv6_enable_options){ .sz = sizeof(options),
						   .learn_only = true,
						   .forward = NETFWV6_FORWARD_PASS };
	assert_result(netfwv6_connection_enable_firewall(handle.connection, &options),
		      NETFWV6_E_INVALIDARG);
	assert_false(firewalled(HOST_DEVICE));
	release(&handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_device_judges_at_first),
		test(it_is_kept_until_it_is_changed),
		test(a_device_that_comes_back_has_it),
		test(it_is_kept_over_a_new_name),
		test(it_is_told),
		test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
