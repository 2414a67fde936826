// SPDX-License-Identifier: LGPL-2.1-or-later
/* A change of group that is killed at any moment: the next one makes it. */
#include <stdio.h>

#include "devices.h"
#include "kills.h"
#include "policies.h"
#include "rebuilds.h"
#include "world.h"

#define KEPT 16384 /* the size of the text that says what must be kept */

/* To whatever group that is. */
static void a_killed_change_of_group_is_made_again(void **s)
{
	static const char *const hand_over[] = { "-q", "init", "--group", "64999", NULL };
	const struct kills kills = kills_each(5);
	struct netfwv6_mgr *mgr;
	char before[KEPT];
	int n = kills.first;

	(void)s;
	make_rebuildable_state();
	mgr = open_mgr();
	set_policy(mgr, 0);
	netfwv6_mgr_close(mgr);
	snprintf(before, sizeof(before), "%s", everything_kept());
	for (; kill_at_change(n, AFTER_CHANGE, hand_over); n += kills.step) {
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_killed_change_of_group_is_made_again, devices_reset),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
