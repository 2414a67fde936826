// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Whoever gives a place for settings to another connection may be killed at any moment:
 * no packet ever meets another connection's settings, and the next command goes on.
 */
#include <stdio.h>

#include "connections.h"
#include "kills.h"

#define OTHERS (NETFWV6_CONNECTIONS_MAX - 1)

/* All places but one belong to connections with settings. */
static void fill_but_one(void)
{
	char device[16];

	make_devices("s", OTHERS + OTHERS % 2);
	for (int i = 1; i <= OTHERS; i++) {
		snprintf(device, sizeof(device), "s%d", i);
		open_on(device, 80, TCP);
	}
}

/* What is open on the one is admitted there, and nothing on the other. */
static void assert_only(const char *device, const char *other, const char *when, int n)
{
	bool open = is_open_on(device, 443, TCP);

	if (admits(device, 443, TCP) != open || admits(other, 443, TCP))
		fail_msg("%s, before change %d: 443 is %s on %s, admitted there %d, on %s %d", when,
			 n, open ? "open" : "closed", device, admits(device, 443, TCP), other,
			 admits(other, 443, TCP));
}

/*
 * Both are firewalled; the one without a setting has the last place, and is to give it up.
 * After the kill, one of them gets a setting.
 */
static void change_hands(bool taker_goes_on)
{
	const char *names[] = { "one0", "two0" };
	int n, has = 0;
	bool killed;

	fill_but_one();
	make_pair("one0", "two0");
	switch_on("one0"); /* has the place */
	switch_on("two0");
	for (n = 0, killed = true; killed; n++) {
		const char *giver = names[has], *taker = names[!has];
		const char *const arguments[] = { "-q", "open", "443/tcp", "--dev", taker, NULL };

		killed = kill_at_change(n, BEFORE_CHANGE, arguments);
		assert_only(taker, giver, "killed", n);
		if (taker_goes_on || !killed) {
			open_on(taker, 443, TCP);
			assert_only(taker, giver, "taken", n);
			close_on(taker, 443, TCP);
			has = !has;
		} else {
			close_on(taker, 443, TCP);
			open_on(giver, 443, TCP);
			assert_only(giver, taker, "kept", n);
			close_on(giver, 443, TCP);
		}
	}
	print_message("# killed %d times\n", n - 1);
	assert_true(n > 5);
}

static void a_place_changes_hands(void **s)
{
	(void)s;
	change_hands(true);
}

static void a_place_can_be_kept_after_all(void **s)
{
	(void)s;
	change_hands(false);
}

/*
 * A device that is enabled under its new name leaves the settings of the old one. Who
 * takes their place meanwhile, for a device that no program runs for, must not find one
 * that still knows it.
 */
static void a_renamed_device_leaves_its_place(void **s)
{
	const char *names[] = { "name0", "name1" };
	bool killed = true;
	int n;

	(void)s;
	fill_but_one();
	make_pair("name0", "far0");
	switch_on("name0");
	for (n = 0; killed; n++) {
		const char *from = names[n % 2], *to = names[(n + 1) % 2];
		const char *const arguments[] = { "-q", "enable", to, NULL };

		open_on(from, 1, TCP); /* has the place */
		switch_on(from);
		close_on(from, 1, TCP);
		must("ip link set %s down && ip link set %s name %s && ip link set %s up", from,
		     from, to, to);
		killed = kill_at_change(n, BEFORE_CHANGE, arguments);
		assert_true(firewalled(to));
		try_open_on("far0", 443, TCP); /* it may be refused */
		if (admits(to, 443, TCP))
			fail_msg("killed before change %d, %s goes by the settings of far0", n, to);
		clear_settings_of("far0");
		switch_on(to);
		open_on(to, 443, TCP);
		assert_true(admits(to, 443, TCP));
		close_on(to, 443, TCP);
	}
	print_message("# killed %d times\n", n - 1);
	assert_true(n > 5);
}

/* The first setting of all, which makes the state as well. */
static void a_first_setting_is_made_or_not(void **s)
{
	const char *const arguments[] = { "-q",	       "open",	 "443/tcp", "--dev",
					  HOST_DEVICE, "--name", "first",   NULL };
	int n, seen[2] = {};

	(void)s;
	for (n = 0; kill_at_change(n, BEFORE_CHANGE, arguments); n++) {
		seen[is_open_on(HOST_DEVICE, 443, TCP)]++;
		open_on(HOST_DEVICE, 444, TCP);
		switch_on(HOST_DEVICE);
		assert_int_equal(admits(HOST_DEVICE, 443, TCP), is_open_on(HOST_DEVICE, 443, TCP));
		assert_true(admits(HOST_DEVICE, 444, TCP));
		assert_ok(world_reset(NULL));
	}
	print_message("# killed %d times: %d closed, %d open\n", n, seen[0], seen[1]);
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_place_changes_hands),
		test(a_place_can_be_kept_after_all),
		test(a_renamed_device_leaves_its_place),
		test(a_first_setting_is_made_or_not),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
