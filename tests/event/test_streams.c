// SPDX-License-Identifier: LGPL-2.1-or-later
/* Streams of events side by side, of a state that was removed and made again. */
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "counted.h"

static const struct netfwv6_events_options drops = { .sz = sizeof(drops), .drops = true };

/* How many of three packets the stream tells of. */
static unsigned int count_events(struct netfwv6_events *events)
{
	struct netfwv6_event event = { .sz = sizeof(event) };
	unsigned int n = 0;

	shoot_udp(5000, 3);
	while (netfwv6_events_next(events, &event) == NETFWV6_S_OK)
		n++;
	return n;
}

static void a_stream_of_a_removed_state_ends_no_other(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr(), *other = open_mgr();
	struct netfwv6_events *old, *new;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	assert_ok(netfwv6_mgr_open_events(mgr, &drops, &old));
	must("%s -q disable fw0 && %s -q enable fw0", netfwv6(), netfwv6());
	assert_ok(netfwv6_mgr_open_events(other, &drops, &new));
	netfwv6_events_close(old);
	assert_int_equal(count_events(new), 3);
	netfwv6_events_close(new);
	netfwv6_mgr_close(other);
	netfwv6_mgr_close(mgr);
}

static void streams_end_alone(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_events *one, *two;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	assert_ok(netfwv6_mgr_open_events(mgr, &drops, &one));
	assert_ok(netfwv6_mgr_open_events(mgr, &drops, &two));
	netfwv6_events_close(one);
	assert_int_equal(count_events(two), 3);
	netfwv6_events_close(two);
	netfwv6_mgr_close(mgr);
}

/* As a program does that forks a helper, and its helper does before it runs something else. */
static void a_child_that_closes_ends_nothing(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_events *events;
	pid_t child;
	int status;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	assert_ok(netfwv6_mgr_open_events(mgr, &drops, &events));
	child = fork();
	if (child == 0) {
		netfwv6_events_close(events);
		netfwv6_mgr_close(mgr);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(count_events(events), 3);
	netfwv6_events_close(events);
	netfwv6_mgr_close(mgr);
}

/* The number of a stream is free again when its owner has closed it. */
static void open_all_streams(struct netfwv6_mgr *mgr, struct netfwv6_events **all)
{
	for (size_t i = 0; i < TAPS - 1; i++)
		assert_ok(netfwv6_mgr_open_events(mgr, &drops, &all[i]));
}

/* As a program does that becomes a daemon: the parent goes, and the child reads on. */
static void a_child_that_reads_may_end_it(void **s)
{
	struct netfwv6_events *all[TAPS - 1], *more;
	struct netfwv6_mgr *mgr = open_mgr();
	pid_t child;
	int status;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	open_all_streams(mgr, all);
	assert_result(netfwv6_mgr_open_events(mgr, &drops, &more), NETFWV6_E_OUTOFMEMORY);
	child = fork();
	if (child == 0) {
		struct netfwv6_event event = { .sz = sizeof(event) };
		bool good = netfwv6_events_next(all[0], &event) == NETFWV6_S_FALSE;

		netfwv6_events_close(all[0]);
		_exit(!good);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_ok(netfwv6_mgr_open_events(mgr, &drops, &more));
	netfwv6_events_close(all[0]); /* which is nobody's any more */
	assert_int_equal(count_events(more), 3);
	netfwv6_events_close(more);
	for (size_t i = 1; i < TAPS - 1; i++)
		netfwv6_events_close(all[i]);
	netfwv6_mgr_close(mgr);
}

/* The child was forked by somebody else in the program, who knows nothing of the log. */
static void a_child_keeps_no_log(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_events *events;
	pid_t child;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	assert_ok(netfwv6_mgr_open_log(mgr, &events));
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	netfwv6_events_close(events);
	assert_ok(netfwv6_mgr_open_log(mgr, &events));
	netfwv6_events_close(events);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	netfwv6_mgr_close(mgr);
}

/* Waits for the descriptor alone, and reads when it says so. */
static netfwv6_result read_when_woken(struct netfwv6_events *events, unsigned int *n)
{
	struct pollfd woken = { .fd = netfwv6_events_fd(events), .events = POLLIN };
	struct netfwv6_event event = { .sz = sizeof(event) };
	netfwv6_result result;

	assert_int_equal(poll(&woken, 1, 2000), 1);
	while ((result = netfwv6_events_next(events, &event)) == NETFWV6_S_OK)
		++*n;
	return result;
}

/* Longer than a stream lives that nobody reads, which takes three seconds. */
static void the_descriptor_keeps_a_stream_alive(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_events *events;
	unsigned int n = 0, wakes = 0;
	time_t end = time(NULL) + 6;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	assert_ok(netfwv6_mgr_open_events(mgr, &drops, &events));
	for (; time(NULL) < end; wakes++)
		assert_result(read_when_woken(events, &n), NETFWV6_S_FALSE);
	assert_in_range(wakes, 5, 40);
	shoot_udp(5000, 3);
	while (n < 3)
		assert_result(read_when_woken(events, &n), NETFWV6_S_FALSE);
	netfwv6_events_close(events);
	netfwv6_mgr_close(mgr);
}

static void an_end_wakes(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_events *events;
	netfwv6_result result;
	unsigned int n = 0;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	assert_ok(netfwv6_mgr_open_events(mgr, &drops, &events));
	must("%s -q disable fw0 && %s -q remove", netfwv6(), netfwv6());
	while ((result = read_when_woken(events, &n)) == NETFWV6_S_FALSE)
		;
	assert_result(result, NETFWV6_E_ABORT);
	for (int i = 0; i < 3; i++) /* for good */
		assert_result(read_when_woken(events, &n), NETFWV6_E_ABORT);
	netfwv6_events_close(events);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		counted(a_stream_of_a_removed_state_ends_no_other),
		counted(streams_end_alone),
		counted(a_child_that_closes_ends_nothing),
		counted(a_child_that_reads_may_end_it),
		counted(a_child_keeps_no_log),
		counted(the_descriptor_keeps_a_stream_alive),
		counted(an_end_wakes),
	};

	return cmocka_run_group_tests_name("streams", tests, world_setup, world_teardown);
}
