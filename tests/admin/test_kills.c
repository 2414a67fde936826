// SPDX-License-Identifier: LGPL-2.1-or-later
/* A rebuild that is killed at any moment: the old policy holds, and root mends it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "kills.h"
#include "rebuilds.h"
#include "world.h"

#define CHANGES 512 /* of a command, at most */
#define KEPT 16384  /* the size of the text that says what must be kept */
#define POLICY_PORTS 4
static const uint16_t policy_ports[POLICY_PORTS] = { 5001, 5002, 5003, 5004 };

/* Two policies that differ in the verdict on each of the ports on each device. */
static const struct setting {
	const char *device; /* NULL: global */
	bool ignore;	    /* else open */
	uint16_t port;
	bool holds[2]; /* in each of the policies */
} settings[] = {
	{ NULL, false, 5001, { true, false } },	 { NULL, false, 5003, { true, true } },
	{ NULL, false, 5004, { false, true } },	 { "fw0", false, 5002, { true, false } },
	{ "fw1", false, 5002, { false, true } }, { "fw0", true, 5003, { false, true } },
	{ "fw1", true, 5003, { true, false } },
};
static const uint32_t verdicts[2][2] = { { 0x7, 0x1 }, { 0x8, 0xe } }; /* policy, device */

static void set_own(struct netfwv6_mgr *mgr, const struct setting *setting, bool holds)
{
	struct netfwv6_connection *connection = connection_of(mgr, setting->device);
	uint16_t port = setting->port;

	if (setting->ignore)
		assert_ok(holds ? netfwv6_connection_ignore_global_port(connection, port, UDP) :
				  netfwv6_connection_observe_global_port(connection, port, UDP));
	else
		assert_ok(holds ? netfwv6_connection_open_port(connection, port, UDP, "own") :
				  netfwv6_connection_close_port(connection, port, UDP));
	netfwv6_connection_free(connection);
}

static void set_policy(struct netfwv6_mgr *mgr, int policy)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		const struct setting *setting = &settings[i];
		bool holds = setting->holds[policy];

		if (setting->device)
			set_own(mgr, setting, holds);
		else
			assert_ok(holds ? netfwv6_mgr_open_global_port(mgr, setting->port, UDP,
								       "global") :
					  netfwv6_mgr_close_global_port(mgr, setting->port, UDP));
	}
}

static void assert_filtering(int policy, const char *when, int n)
{
	for (size_t device = 0; device < 2; device++) {
		uint32_t got = arrivals(device, policy_ports, POLICY_PORTS);

		if (!is_firewalled(device) || got != verdicts[policy][device])
			fail_msg("%s %d: %s lets pass %#x, wanted %#x", when, n, devices[device],
				 got, verdicts[policy][device]);
	}
}

static const char *const rebuild_command[] = { "-q", "init", "--rebuild", NULL };

/* Whatever root does next for the firewall's devices works, and mends. */
static void mend(int n)
{
	static const char *const commands[] = {
		"init",
		"enable fw0",
		"init --rebuild",
		"disable fw2",
	};
	const char *chosen = commands[n % 4];
	const struct output *output = run("%s -q %s", netfwv6(), chosen);

	if (output->status)
		fail_msg("after a kill at change %d: %s: exit %d: %s", n, chosen, output->status,
			 output->err);
	if (*chosen == 'd')
		must("%s -q enable fw2 --learn-only", netfwv6());
}

static bool is_learned(void *port)
{
	return is_marked(*(uint16_t *)port);
}

/* What leaves is learned from in the table that is pinned, and answers arrive. */
static void assert_learning(size_t device)
{
	uint16_t port = query(device);

	wait_until(is_learned, &port, "the pinned table was marked");
	if (is_firewalled(device))
		assert_true(is_answered(device));
}

static void after_a_kill(struct netfwv6_mgr *running, int n, const char *before)
{
	struct netfwv6_mgr *mgr = n % 2 ? running : open_mgr();

	assert_filtering(0, "after a kill at change", n);
	assert_string_equal(everything_kept(), before);
	mend(n);
	assert_string_equal(everything_kept(), before);
	assert_state_files(ADMINISTRATORS);
	set_policy(mgr, 1);
	assert_filtering(1, "changed after a kill at change", n);
	for (size_t device = 0; device < DEVICES; device++)
		assert_learning(device);
	set_policy(mgr, 0);
	assert_filtering(0, "changed again after a kill at change", n);
	if (mgr != running)
		netfwv6_mgr_close(mgr);
}

static struct netfwv6_mgr *begin_kills(char before[KEPT])
{
	struct netfwv6_mgr *running;

	make_rebuildable_state();
	running = open_mgr();
	set_policy(running, 0);
	snprintf(before, KEPT, "%s", everything_kept());
	assert_filtering(0, "before kill", 0);
	return running;
}

static void a_kill_before_any_change_leaves_it_filtering(void **s)
{
	struct netfwv6_mgr *running;
	char before[KEPT];
	int n = 0;

	(void)s;
	running = begin_kills(before);
	for (; kill_at_change(n, BEFORE_CHANGE, rebuild_command); n++)
		after_a_kill(running, n, before);
	print_message("# killed %d times\n", n);
	assert_true(n > 20);
	netfwv6_mgr_close(running);
}

/* What was killed and mended goes the same way again, so what is found holds for all kills. */
static void a_kill_before_any_write_leaves_it_filtering(void **s)
{
	bool written[CHANGES], still[CHANGES];
	struct netfwv6_mgr *running;
	char before[KEPT];
	int kills = 0;
	size_t n;

	(void)s;
	running = begin_kills(before);
	assert_true(kill_at_change(0, AFTER_CHANGE, rebuild_command));
	after_a_kill(running, 0, before);
	n = find_written(rebuild_command, written, CHANGES);
	for (size_t i = 0; i < n; i++)
		if (written[i] && kill_at_change(i, AFTER_CHANGE, rebuild_command)) {
			after_a_kill(running, i, before);
			kills++;
		}
	print_message("# killed %d times\n", kills);
	assert_true(kills > 5);
	assert_int_equal(find_written(rebuild_command, still, CHANGES), n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(written[i], still[i]);
	netfwv6_mgr_close(running);
}

/* Root's change of a port alone is enough, too. */
static void a_change_of_ports_mends(void **s)
{
	struct netfwv6_mgr *running;
	int n = 0;

	(void)s;
	make_rebuildable_state();
	running = open_mgr();
	set_policy(running, 0);
	for (; kill_at_change(n, AFTER_CHANGE, rebuild_command); n += 3) {
		int policy = 1 - n / 3 % 2;

		set_policy(running, policy);
		assert_filtering(policy, "changed after a kill at change", n);
		assert_state_files(ADMINISTRATORS);
	}
	netfwv6_mgr_close(running);
}

/* A change of group that was killed is made by the next one, to whatever group. */
static void a_killed_change_of_group_is_made_again(void **s)
{
	static const char *const hand_over[] = { "-q", "init", "--group", "64999", NULL };
	struct netfwv6_mgr *mgr;
	char before[KEPT];
	int n = 0;

	(void)s;
	make_rebuildable_state();
	mgr = open_mgr();
	set_policy(mgr, 0);
	netfwv6_mgr_close(mgr);
	snprintf(before, sizeof(before), "%s", everything_kept());
	for (; kill_at_change(n, AFTER_CHANGE, hand_over); n++) {
		if (n % 2) {
			must("%s -q init --group 64999", netfwv6());
			assert_state_files(64999);
		}
		must("%s -q init --group %d", netfwv6(), ADMINISTRATORS);
		assert_state_files(ADMINISTRATORS);
		assert_string_equal(everything_kept(), before);
	}
	assert_true(n > 20);
	assert_state_files(64999);
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(a_kill_before_any_change_leaves_it_filtering),
		on_devices(a_kill_before_any_write_leaves_it_filtering),
		on_devices(a_change_of_ports_mends),
		on_devices(a_killed_change_of_group_is_made_again),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
