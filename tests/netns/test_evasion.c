// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Frames that try to get past the firewall, sent to the real stack behind it.
 *
 * Each row is sent three times: without the firewall, to learn whether this kernel
 * delivers such frames at all; to a closed port, where nothing may arrive; and to an
 * open one, where exactly that must arrive which is delivered without the firewall and
 * which the parser walks. Every frame carries a valid UDP datagram, or a TCP SYN with
 * data for a listener that takes it without a handshake (TCP Fast Open). Bytes without
 * another meaning spell the one port that is always open.
 *
 * A marker behind them on the same wire tells when they have been dealt with.
 */
#include <stdio.h>

#include "wire.h"
#include "world.h"

/* Does the target's socket get what the row carries? */
static bool arrives(const struct row *row, size_t protocol, struct burst *burst)
{
	struct address to = { protocols[protocol], TARGET, next_id() };
	uint32_t got, other;

	build(burst, row, &to);
	send_burst(burst);
	wait_for_wire();
	got = receive(protocol);
	other = receive(!protocol);
	if ((got && got != to.id) || other)
		fail_msg("%s: something else arrived: %u, %u", row->sentence, got, other);
	return got;
}

/* Without the firewall. */
static void learn(bool delivered[MOST_ROWS][2])
{
	static struct burst burst;
	size_t n = 0;

	world_reset(NULL);
	become_another_stranger();
	for (size_t i = 0; i < n_rows; i++)
		for (size_t p = 0; p < 2; p++)
			n += delivered[i][p] = arrives(&rows[i], p, &burst);
	print_message("# without the firewall the stack delivers %zu of %zu\n", n, 2 * n_rows);
	assert_true(n > n_rows); /* there is something to be protected from */
}

static bool is_walked(const struct row *row, size_t protocol)
{
	return row->verdict == WALKED &&
	       !(row->short_for_tcp && protocols[protocol] == IPPROTO_TCP);
}

/* Sends all rows: how many arrive where they may not, or do not where they must. */
static size_t compare(bool delivered[MOST_ROWS][2], bool open)
{
	static struct burst burst;
	size_t wrong = 0, unjudged = 0;

	for (size_t i = 0; i < n_rows; i++)
		for (size_t p = 0; p < 2; p++) {
			bool wanted = open && delivered[i][p] && is_walked(&rows[i], p);

			if (arrives(&rows[i], p, &burst) == wanted)
				continue;
			if (rows[i].verdict == UNJUDGED) {
				unjudged++;
				continue;
			}
			print_error("%s of %s: %s at %s port\n", p ? "TCP" : "UDP",
				    rows[i].sentence, wanted ? "does not arrive" : "arrives",
				    open ? "an open" : "a closed");
			show(&burst);
			wrong++;
		}
	if (unjudged && !open)
		print_message("# known: %zu inner packets of segment routing reach a closed port\n",
			      unjudged);
	return wrong;
}

static size_t compare_all(const char *mode)
{
	static bool delivered[MOST_ROWS][2];
	size_t wrong;

	learn(delivered);
	firewall_the_target(mode, false);
	wrong = compare(delivered, false);
	firewall_the_target(mode, true);
	return wrong + compare(delivered, true);
}

static void no_frame_gets_past_native_mode(void **s)
{
	(void)s;
	assert_int_equal(compare_all("native"), 0);
}

static void no_frame_gets_past_generic_mode(void **s)
{
	(void)s;
	assert_int_equal(compare_all("generic"), 0);
}

static void no_frame_gets_past_with_connection_tracking(void **s)
{
	size_t wrong;

	(void)s;
	begin_connection_tracking();
	wrong = compare_all("native") + compare_all("generic");
	end_connection_tracking();
	assert_int_equal(wrong, 0);
}

static void set_segment_routing(int on)
{
	static const char *const names[] = { "seg6_enabled", "rpl_seg_enabled" };

	for (size_t i = 0; i < 2; i++)
		must("for d in all " HOST_DEVICE
		     "; do echo %d >/proc/sys/net/ipv6/conf/$d/%s; done",
		     on, names[i]);
}

/* Segment routing takes inner packets out of a routing header without a tunnel device. */
static void no_frame_gets_past_with_segment_routing(void **s)
{
	size_t wrong;

	(void)s;
	set_segment_routing(1);
	wrong = compare_all("native") + compare_all("generic");
	set_segment_routing(0);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(no_frame_gets_past_native_mode),
		test(no_frame_gets_past_generic_mode),
		test(no_frame_gets_past_with_connection_tracking),
		test(no_frame_gets_past_with_segment_routing),
	};

	return cmocka_run_group_tests(tests, wire_setup, wire_teardown);
}
