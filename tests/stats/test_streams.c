// SPDX-License-Identifier: LGPL-2.1-or-later
/* Streams of events side by side, of a state that was removed and made again. */
#include "shots.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		counted(a_stream_of_a_removed_state_ends_no_other),
		counted(streams_end_alone),
	};

	return cmocka_run_group_tests_name("streams", tests, world_setup, world_teardown);
}
