// SPDX-License-Identifier: LGPL-2.1-or-later
/* The state as a whole: made, kept, looked at and removed. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connections.h"

static struct netfwv6_mgr_status mgr_status(struct netfwv6_mgr *mgr)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };

	assert_ok(netfwv6_mgr_get_status(mgr, &status));
	return status;
}

static bool state_is_there(void)
{
	return access(world.state, F_OK) == 0;
}

static void without_state_all_is_zero(void **s)
{
	struct netfwv6_mgr_status status;
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	memset(&status, 0xff, sizeof(status));
	status.sz = sizeof(status);
	assert_ok(netfwv6_mgr_get_status(mgr, &status));
	assert_false(status.exists || status.writable);
	assert_int_equal(status.group + status.layout + status.slots + status.settled, 0);
	assert_int_equal(status.sz, sizeof(status));
	assert_false(state_is_there());
	netfwv6_mgr_close(mgr);
}

static void a_port_makes_a_state(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_mgr_status status;

	(void)s;
	set_global(443, TCP, true);
	status = mgr_status(mgr);
	assert_true(status.exists && status.writable);
	assert_int_equal(status.group, 0);
	assert_true(status.layout > 0);
	assert_int_equal(status.slots, NETFWV6_CONNECTIONS_MAX);
	assert_int_equal(status.settled, 0);
	netfwv6_mgr_close(mgr);
}

static void connections_with_settings_are_counted(void **s)
{
	(void)s;
	make_devices("a", 4);
	open_on("a1", 443, TCP);
	assert_int_equal(settled(), 1);
	open_on("a1", 444, TCP);
	ignore_on("a1", 444, TCP);
	assert_int_equal(settled(), 1);
	ignore_on("a2", 80, UDP);
	assert_int_equal(settled(), 2);
	switch_on("a3"); /* firewalled, without a setting */
	assert_int_equal(settled(), 2);
	open_on("a3", 1, TCP);
	open_on("a4", 65535, UDP);
	assert_int_equal(settled(), 4);
	must("ip link del a1");
	assert_int_equal(settled(), 4);
	observe_on("a2", 80, UDP);
	assert_int_equal(settled(), 3);
	close_on("a1", 443, TCP);
	close_on("a1", 444, TCP);
	assert_int_equal(settled(), 3);
	observe_on("a1", 444, TCP);
	assert_int_equal(settled(), 2);
}

/* Made by a port, by a device or by itself: a state ends by its removal alone. */
static void a_state_stays_when_it_is_empty(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	for (int way = 0; way < 3; way++) {
		if (way == 0)
			assert_ok(netfwv6_mgr_initialize(mgr, NULL));
		if (way == 1)
			set_global(443, TCP, true);
		open_on(HOST_DEVICE, 443, TCP);
		switch_on(HOST_DEVICE);
		close_on(HOST_DEVICE, 443, TCP);
		set_global(443, TCP, false);
		switch_off(HOST_DEVICE);
		assert_true(state_is_there() && mgr_status(mgr).exists);
		assert_ok(netfwv6_mgr_remove(mgr));
		assert_false(state_is_there() || mgr_status(mgr).exists);
	}
	netfwv6_mgr_close(mgr);
}

/* To say that there be a state changes nothing of one. */
static void a_state_that_is_there_is_initialized(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	set_global(443, TCP, true);
	open_on(HOST_DEVICE, 80, TCP);
	switch_on(HOST_DEVICE);
	assert_ok(netfwv6_mgr_initialize(mgr, NULL));
	assert_int_equal(rule_on(HOST_DEVICE, 443, TCP), NETFWV6_RULE_OPEN_GLOBAL);
	assert_int_equal(rule_on(HOST_DEVICE, 80, TCP), NETFWV6_RULE_OPEN_HERE);
	assert_true(firewalled(HOST_DEVICE));
	switch_off(HOST_DEVICE);
	netfwv6_mgr_close(mgr);
}

/* ---- Removing ------------------------------------------------------------------ */

static void removing_takes_ports_and_settings_along(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	make_pair("a1", "a2");
	set_global(443, TCP, true);
	open_on(HOST_DEVICE, 80, TCP);
	ignore_on("a1", 443, TCP);
	switch_on("a2");
	must("ip link del a1"); /* with a2, which is to be firewalled still */
	assert_ok(netfwv6_mgr_remove(mgr));
	assert_false(state_is_there());
	assert_ok(netfwv6_mgr_remove(mgr));
	set_global(1, TCP, true); /* a new state knows nothing of the old one */
	make_pair("a1", "a2");
	assert_int_equal(rule_on(HOST_DEVICE, 443, TCP), NETFWV6_RULE_CLOSED);
	assert_false(is_open_on(HOST_DEVICE, 80, TCP));
	assert_false(is_ignored_on("a1", 443, TCP));
	assert_false(status_of("a2").configured);
	assert_int_equal(settled(), 0);
	netfwv6_mgr_close(mgr);
}

static void is_not_removed(struct netfwv6_mgr *mgr, const char *because_of)
{
	assert_result(netfwv6_mgr_remove(mgr), NETFWV6_E_ABORT);
	if (!strstr(netfwv6_detail(), because_of))
		fail_msg("'%s' does not name %s", netfwv6_detail(), because_of);
	assert_int_equal(rule_on(HOST_DEVICE, 443, TCP), NETFWV6_RULE_OPEN_GLOBAL);
	assert_true(is_open_on(HOST_DEVICE, 80, TCP));
}

static void what_filters_or_learns_keeps_the_state(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	make_pair("a1", "a2");
	set_global(443, TCP, true);
	open_on(HOST_DEVICE, 80, TCP);
	switch_on(HOST_DEVICE);
	is_not_removed(mgr, HOST_DEVICE);
	assert_true(firewalled(HOST_DEVICE));
	assert_true(admits(HOST_DEVICE, 80, TCP));
	assert_false(admits(HOST_DEVICE, 81, TCP));
	switch_off(HOST_DEVICE);
	switch_on_with("a1", (struct netfwv6_enable_options){ .learn_only = true });
	is_not_removed(mgr, "a1");
	assert_true(status_of("a1").learning);
	switch_off("a1");
	assert_ok(netfwv6_mgr_remove(mgr));
	assert_false(state_is_there());
	netfwv6_mgr_close(mgr);
}

/* ---- Arguments and permissions ------------------------------------------------- */

static void bad_arguments_are_refused(void **s)
{
	struct netfwv6_initialize_options options = { .sz = 1 };
	struct netfwv6_mgr_status status = { .sz = 3, .layout = 77 };
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_result(netfwv6_mgr_initialize(NULL, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_remove(NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_status(NULL, &status), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_status(mgr, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_status(mgr, &status), NETFWV6_E_INVALIDARG);
	assert_int_equal(status.layout, 77);
	assert_result(netfwv6_mgr_initialize(mgr, &options), NETFWV6_E_INVALIDARG);
	assert_false(state_is_there());
	netfwv6_mgr_close(mgr);
}

/* What a status of an older header gets: the fields that it knows. */
static void a_shorter_status_is_filled_as_far_as_it_goes(void **s)
{
	struct netfwv6_mgr_status status = {
		.sz = offsetof(struct netfwv6_mgr_status, group),
		.group = 77,
		.settled = 77,
	};
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	set_global(443, TCP, true);
	assert_ok(netfwv6_mgr_get_status(mgr, &status));
	assert_true(status.exists);
	assert_int_equal(status.group, 77);
	assert_int_equal(status.settled, 77);
	netfwv6_mgr_close(mgr);
}

/* Runs a function as nobody; its answer is 0 when all was as it should be. */
static void as_nobody(int (*function)(void))
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534) ?
			      99 :
			      function());
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

static int try_all_as_nobody(void)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;
	bool open;

	if (netfwv6_mgr_open(&mgr, NULL) ||
	    netfwv6_mgr_get_connection(mgr, HOST_DEVICE, &connection))
		return 1;
	if (netfwv6_mgr_initialize(mgr, NULL) != NETFWV6_E_ACCESSDENIED ||
	    netfwv6_mgr_remove(mgr) != NETFWV6_E_ACCESSDENIED)
		return 2;
	if (netfwv6_connection_open_port(connection, 81, TCP, NULL) != NETFWV6_E_ACCESSDENIED ||
	    netfwv6_connection_close_port(connection, 80, TCP) != NETFWV6_E_ACCESSDENIED ||
	    netfwv6_connection_ignore_global_port(connection, 443, TCP, NULL) !=
		    NETFWV6_E_ACCESSDENIED ||
	    netfwv6_connection_observe_global_port(connection, 444, TCP) != NETFWV6_E_ACCESSDENIED)
		return 3;
	if (netfwv6_mgr_get_status(mgr, &status) || !status.exists || status.writable ||
	    status.settled != 1)
		return 4;
	if (netfwv6_connection_is_port_open(connection, 80, TCP, &open) || !open ||
	    netfwv6_connection_is_global_port_ignored(connection, 444, TCP, &open) || !open)
		return 5;
	return 0;
}

static int rules_as_nobody(void)
{
	struct netfwv6_connection *connection;
	uint32_t rules[3], rule;
	struct netfwv6_mgr *mgr;

	if (netfwv6_mgr_open(&mgr, NULL) ||
	    netfwv6_mgr_get_connection(mgr, HOST_DEVICE, &connection) ||
	    netfwv6_connection_get_effective_range(connection, 443, 445, TCP, 3, rules) ||
	    netfwv6_connection_get_effective(connection, 80, TCP, &rule))
		return 1;
	return rules[0] != NETFWV6_RULE_OPEN_GLOBAL || rules[1] != NETFWV6_RULE_CLOSED ||
	       rules[2] != NETFWV6_RULE_CLOSED || rule != NETFWV6_RULE_OPEN_HERE;
}

static void everybody_reads_and_nobody_changes(void **s)
{
	(void)s;
	set_global(443, TCP, true);
	set_global(444, TCP, true);
	ignore_on(HOST_DEVICE, 444, TCP);
	open_on(HOST_DEVICE, 80, TCP);
	for (int i = 0; i < 2; i++) {
		as_nobody(try_all_as_nobody);
		as_nobody(rules_as_nobody);
		assert_false(is_open_on(HOST_DEVICE, 81, TCP));
		assert_true(is_open_on(HOST_DEVICE, 80, TCP));
		assert_true(is_ignored_on(HOST_DEVICE, 444, TCP));
		switch_on(HOST_DEVICE); /* and once more */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(without_state_all_is_zero),
		test(a_port_makes_a_state),
		test(connections_with_settings_are_counted),
		test(a_state_stays_when_it_is_empty),
		test(a_state_that_is_there_is_initialized),
		test(removing_takes_ports_and_settings_along),
		test(what_filters_or_learns_keeps_the_state),
		test(bad_arguments_are_refused),
		test(a_shorter_status_is_filled_as_far_as_it_goes),
		test(everybody_reads_and_nobody_changes),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
