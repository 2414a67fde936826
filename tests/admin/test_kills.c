// SPDX-License-Identifier: LGPL-2.1-or-later
/* A rebuild that is killed at any moment: the old policy holds, and root mends it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "kills.h"
#include "policies.h"
#include "rebuilds.h"
#include "world.h"

#define CHANGES 512 /* of a command, at most */
#define KEPT 16384  /* the size of the text that says what must be kept */

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
	const struct kills kills = kills_each(4);
	struct netfwv6_mgr *running;
	char before[KEPT];
	int n = kills.first;

	(void)s;
	running = begin_kills(before);
	for (; kill_at_change(n, BEFORE_CHANGE, rebuild_command); n += kills.step)
		after_a_kill(running, n, before);
	print_message("# killed at changes before %d\n", n);
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

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(a_kill_before_any_change_leaves_it_filtering),
		on_devices(a_kill_before_any_write_leaves_it_filtering),
		on_devices(a_change_of_ports_mends),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
