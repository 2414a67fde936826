// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The bounded number of connections with settings of their own: who has a place in the
 * port table, who makes room, and that packets never meet another connection's settings.
 */
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "places.h"
#include "setting.h"
#include "sockets.h"

static void assert_full_for(const char *name,
			    netfwv6_result (*set)(struct netfwv6_connection *, uint32_t, uint32_t))
{
	struct handle handle = handle_on(name);
	char before[16384], after[16384];

	describe_settings(handle.mgr, before, sizeof(before));
	assert_result(set(handle.connection, 443, TCP), NETFWV6_E_OUTOFMEMORY);
	if (!strstr(netfwv6_detail(), name) || !strstr(netfwv6_detail(), "31"))
		fail_msg("'%s' names neither %s nor the bound", netfwv6_detail(), name);
	describe_settings(handle.mgr, after, sizeof(after));
	assert_string_equal(after, before);
	assert_int_equal(settled(), PLACES);
	release(&handle);
}

/* Connections 1 to 31 have settings of both kinds. */
static void fill(void)
{
	for (int i = 1; i <= PLACES; i++) {
		if (i % 3)
			open_on(nth_device(i), 1000 + i, i % 2 ? TCP : UDP);
		else
			ignore_on(nth_device(i), 1000 + i, i % 2 ? TCP : UDP);
	}
	assert_int_equal(settled(), PLACES);
}

static void assert_filled(int i)
{
	uint32_t protocol = i % 2 ? TCP : UDP;

	assert_int_equal(is_open_on(nth_device(i), 1000 + i, protocol), i % 3 != 0);
	assert_int_equal(is_ignored_on(nth_device(i), 1000 + i, protocol), i % 3 == 0);
}

/* ---- The bound ---------------------------------------------------------------- */

static void one_connection_too_many_is_refused(void **s)
{
	struct handle handle;

	(void)s;
	make_devices("s", PLACES + 1);
	handle = handle_on(nth_device(PLACES + 1));
	fill();
	assert_full_for(nth_device(PLACES + 1), setting_open.set);
	assert_full_for(nth_device(PLACES + 1), setting_ignored.set);
	assert_result(setting_open.set_range(handle.connection, 1, 65535, TCP),
		      NETFWV6_E_OUTOFMEMORY);
	assert_int_equal(count_set(&setting_open, handle.connection), 0);
	for (int i = 1; i <= PLACES; i++)
		assert_filled(i);
	/* What needs no place of its own goes on. */
	close_on(nth_device(PLACES + 1), 443, TCP);
	observe_on(nth_device(PLACES + 1), 443, TCP);
	assert_false(is_open_on(nth_device(PLACES + 1), 443, TCP));
	open_on(nth_device(5), 443, TCP);
	set_global(80, TCP, true);
	assert_int_equal(rule_on(nth_device(PLACES + 1), 80, TCP), NETFWV6_RULE_OPEN_GLOBAL);
	release(&handle);
}

static void who_clears_his_last_setting_makes_room(void **s)
{
	const char *late = "s32";

	(void)s;
	make_devices("s", PLACES + 1);
	fill();
	for (int i = 1; i <= PLACES; i += 6) {
		open_on(nth_device(i), 7000, UDP);
		clear_settings_of(nth_device(i));
		open_on(late, 443, TCP);
		assert_int_equal(settled(), PLACES);
		assert_full_for(nth_device(i), setting_ignored.set);
		/* Nothing of what was here before holds for the new one. */
		assert_false(is_open_on(late, 7000, UDP));
		assert_false(is_open_on(nth_device(i), 443, TCP));
		close_on(late, 443, TCP);
		open_on(nth_device(i), 1000 + i, i % 2 ? TCP : UDP);
	}
	assert_full_for(late, setting_open.set);
}

static void one_setting_left_keeps_the_place(void **s)
{
	(void)s;
	make_devices("s", PLACES + 1);
	fill();
	open_on("s1", 65535, UDP);
	ignore_on("s1", 1, TCP);
	close_on("s1", 1001, TCP);
	assert_full_for("s32", setting_open.set);
	close_on("s1", 65535, UDP);
	assert_full_for("s32", setting_open.set);
	observe_on("s1", 1, TCP);
	open_on("s32", 443, TCP);
}

static void absent_devices_count_with_those_that_are_here(void **s)
{
	(void)s;
	make_devices("s", PLACES + 1);
	fill();
	for (int i = 1; i <= PLACES; i += 4)
		switch_on(nth_device(i));
	for (int i = 3; i < PLACES; i += 4) /* pairs: s3 with s4, s7 with s8 ... */
		must("ip link del s%d", i);
	assert_full_for("s32", setting_open.set);
	switch_on("s32");
	assert_full_for("s32", setting_open.set);
	assert_full_for("s32", setting_ignored.set);
	assert_false(admits("s32", 443, TCP));
	clear_settings_of("s3"); /* of no device */
	open_on("s32", 443, TCP);
	assert_true(admits("s32", 443, TCP));
	for (int i = 1; i <= PLACES; i++)
		if (i != 3)
			assert_filled(i);
}

/* ---- Firewalled devices -------------------------------------------------------- */

static void firewalled_devices_without_settings_do_not_count(void **s)
{
	(void)s;
	make_devices("s", MANY);
	for (int i = 1; i <= MANY; i++)
		switch_on(nth_device(i));
	assert_int_equal(settled(), 0);
	set_global(443, TCP, true);
	for (int i = 1; i <= MANY; i++) {
		assert_true(admits(nth_device(i), 443, TCP));
		assert_false(admits(nth_device(i), 444, TCP));
	}
}

/* Is exactly one device open: at this port, and of the devices 1 to 40? */
static void assert_admitted_only_on(int wanted, uint32_t port)
{
	for (int i = 1; i <= MANY; i++)
		if (admits(nth_device(i), port, TCP) != (i == wanted))
			fail_msg("port %u on s%d, which is to be open on s%d alone", port, i,
				 wanted);
}

/* The last nine found all places reserved; whoever has nothing set gives his up. */
static void any_31_of_them_can_have_settings(void **s)
{
	(void)s;
	make_devices("s", MANY);
	for (int i = 1; i <= MANY; i++)
		switch_on(nth_device(i));
	for (int i = MANY; i > MANY - PLACES; i--) {
		open_on(nth_device(i), 443, TCP);
		assert_true(admits(nth_device(i), 443, TCP)); /* at once */
		close_on(nth_device(i), 443, TCP);
		open_on(nth_device(i), 1000 + i, TCP);
		assert_admitted_only_on(i, 1000 + i);
	}
	assert_full_for("s1", setting_open.set);
	assert_full_for("s1", setting_ignored.set);
	for (int i = MANY; i > MANY - PLACES; i--)
		assert_true(admits(nth_device(i), 1000 + i, TCP));
}

static void who_gave_a_place_up_can_have_settings_again(void **s)
{
	(void)s;
	make_devices("s", MANY);
	for (int i = 1; i <= MANY; i++)
		switch_on(nth_device(i));
	for (int i = 1; i <= PLACES; i++)
		open_on(nth_device(i), 443, TCP);
	for (int i = PLACES + 1; i <= MANY; i++) {
		int giver = i - PLACES;

		close_on(nth_device(giver), 443, TCP);
		open_on(nth_device(i), 80, TCP);
		assert_true(admits(nth_device(i), 80, TCP));
		assert_false(admits(nth_device(giver), 80, TCP));
		assert_false(admits(nth_device(i), 443, TCP));
		close_on(nth_device(i), 80, TCP);
		open_on(nth_device(giver), 8080, TCP);
		assert_true(admits(nth_device(giver), 8080, TCP));
		assert_false(admits(nth_device(giver), 443, TCP));
		assert_false(admits(nth_device(i), 8080, TCP));
	}
}

/* All that a firewalled device without settings does with a global port: not ignore it. */
static void a_place_given_up_ignores_nothing(void **s)
{
	(void)s;
	make_devices("s", MANY);
	set_global(443, TCP, true);
	for (int i = 1; i <= MANY; i++)
		switch_on(nth_device(i));
	for (int i = MANY; i > MANY - PLACES; i--)
		ignore_on(nth_device(i), 443, TCP);
	for (int i = 1; i <= MANY; i++)
		assert_int_equal(admits(nth_device(i), 443, TCP), i <= MANY - PLACES);
}

static void settings_made_before_are_in_force_from_the_start(void **s)
{
	(void)s;
	make_devices("s", 4);
	set_global(80, TCP, true);
	open_on("s1", 443, TCP);
	ignore_on("s2", 80, TCP);
	for (int i = 1; i <= 3; i++)
		switch_on(nth_device(i));
	assert_true(admits("s1", 443, TCP));
	assert_true(admits("s1", 80, TCP));
	assert_false(admits("s2", 443, TCP));
	assert_false(admits("s2", 80, TCP));
	assert_false(admits("s3", 443, TCP));
	assert_true(admits("s3", 80, TCP));
}

static void a_stateless_device_gets_a_place_too(void **s)
{
	(void)s;
	make_devices("s", MANY);
	for (int i = 1; i <= PLACES; i++) {
		switch_on(nth_device(i));
		open_on(nth_device(i), 443, TCP);
	}
	switch_on_with("s40", (struct netfwv6_enable_options){ .stateless = true,
							       .mode = NETFWV6_MODE_GENERIC });
	assert_int_equal(try_open_on("s40", 443, TCP), NETFWV6_E_OUTOFMEMORY);
	clear_settings_of("s9");
	open_on("s40", 443, TCP);
	assert_true(admits("s40", 443, TCP));
	assert_false(admits("s9", 443, TCP));
	assert_true(status_of("s40").stateless);
	assert_int_equal(status_of("s40").mode, NETFWV6_MODE_GENERIC);
}

/*
 * A renamed device goes by the settings of its former name. When these give their place
 * up, its program must not take the new owner's for them.
 */
static void a_renamed_device_never_gets_anothers_settings(void **s)
{
	(void)s;
	make_devices("s", MANY);
	switch_on("s1");
	must("ip link set s1 down && ip link set s1 name other && ip link set other up");
	for (int i = 2; i <= PLACES; i++)
		open_on(nth_device(i), 1000, UDP);
	switch_on("s40");
	open_on("s40", 443, TCP); /* in the place of s1 */
	assert_true(admits("s40", 443, TCP));
	assert_false(admits("other", 443, TCP));
}

/* The same for one that runs on in another network namespace. */
static void a_moved_device_never_gets_anothers_settings(void **s)
{
	(void)s;
	make_devices("s", MANY);
	switch_on("s1");
	must("ip link set s1 netns %s", world.peer);
	for (int i = 2; i <= PLACES; i++)
		open_on(nth_device(i), 1000, UDP);
	switch_on("s40");
	open_on("s40", 443, TCP);
	must("ip -n %s link set s1 netns %s", world.peer, world.host);
	assert_true(firewalled("s1"));
	assert_true(admits("s40", 443, TCP));
	assert_false(admits("s1", 443, TCP));
}

/* ---- Real traffic --------------------------------------------------------------- */

static void a_place_is_given_between_two_packets(void **s)
{
	int udp = host_udp(5000), marker = host_udp(5001);

	(void)s;
	make_devices("s", PLACES + 1);
	set_global(5001, UDP, true);
	for (int i = 1; i <= PLACES; i++)
		open_on(nth_device(i), 5000, UDP);
	switch_on(HOST_DEVICE);
	peer_send(5000, "closed");
	peer_send(5001, "marker");
	wait_for_datagram(marker, "marker");
	assert_true(nothing_arrived(udp));
	assert_int_equal(try_open_on(HOST_DEVICE, 5000, UDP), NETFWV6_E_OUTOFMEMORY);
	clear_settings_of("s17");
	open_on(HOST_DEVICE, 5000, UDP);
	peer_send(5000, "open");
	wait_for_datagram(udp, "open");
	assert_int_equal(packets(HOST_DEVICE, "open-here"), 1);
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 1); /* counting goes on */
	close(udp);
	close(marker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(one_connection_too_many_is_refused),
		test(who_clears_his_last_setting_makes_room),
		test(one_setting_left_keeps_the_place),
		test(absent_devices_count_with_those_that_are_here),
		test(firewalled_devices_without_settings_do_not_count),
		test(any_31_of_them_can_have_settings),
		test(who_gave_a_place_up_can_have_settings_again),
		test(a_place_given_up_ignores_nothing),
		test(settings_made_before_are_in_force_from_the_start),
		test(a_stateless_device_gets_a_place_too),
		test(a_renamed_device_never_gets_anothers_settings),
		test(a_moved_device_never_gets_anothers_settings),
		test(a_place_is_given_between_two_packets),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
