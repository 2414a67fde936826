// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The bounded number of connections with settings of their own: who gets a place that several
 * want, and what a member of the group can have.
 */
#include <grp.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connections.h"
#include "places.h"
#include "setting.h"

/* ---- Who gets the last place ----------------------------------------------------- */

static int take_a_place(int i)
{
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;
	netfwv6_result result;

	if (netfwv6_mgr_open(&mgr, NULL) ||
	    netfwv6_mgr_get_connection(mgr, nth_device(i), &connection))
		return 99;
	result = netfwv6_connection_open_port(connection, 443, TCP, nth_device(i));
	return result == NETFWV6_S_OK ? 0 : result == NETFWV6_E_OUTOFMEMORY ? 1 : 98;
}

static void the_last_place_goes_to_one(void **s)
{
	enum { ROUNDS = 5, RIVALS = 6 };
	pid_t rivals[RIVALS];

	(void)s;
	make_devices("s", PLACES + RIVALS + 1);
	for (int i = 1; i < PLACES; i++)
		open_on(nth_device(i), 80, TCP);
	for (int round = 0; round < ROUNDS; round++) {
		int open = 0;

		for (int i = 0; i < RIVALS; i++) {
			rivals[i] = fork();
			if (rivals[i] == 0)
				_exit(take_a_place(PLACES + i));
		}
		for (int i = 0; i < RIVALS; i++) {
			int status;

			waitpid(rivals[i], &status, 0);
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
			assert_int_equal(is_open_on(nth_device(PLACES + i), 443, TCP),
					 WEXITSTATUS(status) == 0);
			open += WEXITSTATUS(status) == 0;
		}
		assert_int_equal(open, 1);
		assert_int_equal(settled(), PLACES);
		for (int i = 0; i < RIVALS; i++)
			clear_settings_of(nth_device(PLACES + i));
	}
}

/* ---- Administrators who are not root ------------------------------------------------ */

#define GROUP 6543

static int as_member(const char *name, uint32_t port)
{
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;
	netfwv6_result result;
	const gid_t group = GROUP;

	if (setgroups(1, &group) || setresgid(GROUP, GROUP, GROUP) ||
	    setresuid(65534, 65534, 65534) || netfwv6_mgr_open(&mgr, NULL) ||
	    netfwv6_mgr_get_connection(mgr, name, &connection))
		return 99;
	result = netfwv6_connection_open_port(connection, port, TCP, "by a member");
	if (result == NETFWV6_S_OK)
		return 0;
	if (result == NETFWV6_E_ACCESSDENIED && strstr(netfwv6_detail(), "netfwv6 enable") &&
	    strstr(netfwv6_detail(), name))
		return 1; /* with the remedy */
	return result == NETFWV6_E_OUTOFMEMORY ? 2 : 98;
}

static int member_opens(const char *name, uint32_t port)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(as_member(name, port));
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void give_to_group(void)
{
	struct netfwv6_initialize_options options = { .sz = sizeof(options),
						      .set_group = true,
						      .group = GROUP };
	struct netfwv6_mgr *mgr = open_mgr();

	assert_ok(netfwv6_mgr_initialize(mgr, &options));
	netfwv6_mgr_close(mgr);
}

static void a_member_of_the_group_cannot_give_a_running_program_a_place(void **s)
{
	(void)s;
	give_to_group();
	make_devices("s", MANY);
	for (int i = 1; i <= PLACES; i++)
		open_on(nth_device(i), 80, TCP);
	switch_on("s32"); /* without a place */
	clear_settings_of("s31");
	assert_int_equal(member_opens("s32", 443), 1);
	assert_false(is_open_on("s32", 443, TCP));
	assert_false(admits("s32", 443, TCP));
	switch_on("s32"); /* the remedy */
	assert_int_equal(member_opens("s32", 443), 0);
	assert_true(admits("s32", 443, TCP));
}

static void a_member_of_the_group_takes_free_places(void **s)
{
	(void)s;
	give_to_group();
	make_devices("s", PLACES + 1);
	switch_on("s1");
	for (int i = 1; i <= PLACES; i++) /* firewalled with a place, and not firewalled */
		assert_int_equal(member_opens(nth_device(i), 443), 0);
	assert_true(admits("s1", 443, TCP));
	assert_int_equal(member_opens("s32", 443), 2);
	assert_int_equal(settled(), PLACES);
	switch_on("s2");
	assert_true(admits("s2", 443, TCP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_last_place_goes_to_one),
		test(a_member_of_the_group_cannot_give_a_running_program_a_place),
		test(a_member_of_the_group_takes_free_places),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
