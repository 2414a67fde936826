// SPDX-License-Identifier: LGPL-2.1-or-later
/* Programs are loaded while something else goes on in the process that calls the library. */
#include <signal.h>
#include <sys/time.h>

#include "devices.h"
#include "world.h"

/* ---- Signals ---------------------------------------------------------------------------- */

static volatile sig_atomic_t ticks;

static void tick(int signal)
{
	(void)signal;
	ticks++;
}

/* The kernel gives up to verify a program when a signal comes. */
static void signals_do_not_keep_from_enabling(void **s)
{
	static const struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never;
	struct sigaction action = { .sa_handler = tick }, before;
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, devices[0]);
	netfwv6_result result;

	(void)s;
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	ticks = 0;
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	result = netfwv6_connection_enable_firewall(connection, NULL);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	assert_ok(result);
	assert_true(ticks > 0);
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(signals_do_not_keep_from_enabling),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
