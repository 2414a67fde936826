// SPDX-License-Identifier: LGPL-2.1-or-later
/* top as plain text: rates are what was counted, ports and sources are who was dropped. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "screens.h"
#include "refusal.h"
#include "counted.h"

static struct top start(const char *arguments)
{
	char command[512];

	snprintf(command, sizeof(command), "%s top %s", netfwv6(), arguments);
	return start_top(command);
}

static void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' in:\n%s", part, text);
}

/* Rates have one decimal: each screen is off by less than half a packet. */
static void assert_packets(double told, double wanted)
{
	if (told < wanted - 0.5 || told > wanted + 0.5)
		fail_msg("rates say %.2f packets, not %.0f", told, wanted);
}

/* Bytes likewise. */
static void assert_rows(const struct top *top, const char *beginning, int column, double wanted)
{
	assert_packets(add_up_rows(output_of(top), beginning, column), wanted);
}

#define UDP_ROW "fw0             dropped  closed-udp "
#define TCP_ROW "fw0             dropped  closed-tcp "
#define RATE 3
#define BYTES 4

static void rates_are_what_was_counted_since(void **s)
{
	struct top top;

	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	shoot_udp(5000, 7); /* before */
	top = start("--interval 2");
	wait_for_screen(&top);
	shoot_udp(5000, 20);
	shoot_syn(22, 9);
	shoot_udp(5001, 2);
	wait_for_rows(&top, "5001/udp ", 1, 2);
	wait_for_screen(&top); /* and what was counted is not counted again */
	assert_packets(add_up(output_of(&top)).dropped, 31);
	assert_rows(&top, UDP_ROW, RATE, 22);
	assert_rows(&top, TCP_ROW, RATE, 9);
	assert_packets(add_up_rows(output_of(&top), UDP_ROW, BYTES) / 69, 22);
	assert_rows(&top, "5000/udp ", 1, 20);
	assert_rows(&top, "5001/udp ", 1, 2);
	assert_rows(&top, "22/tcp ", 1, 9);
	assert_rows(&top, PEER_ADDRESS " ", 1, 31);
	assert_int_equal(add_up(output_of(&top)).read, 31);
	/* Totals: the kernel's from before, those of events since. */
	contains(output_of(&top), "            27\n22/tcp ");
	contains(output_of(&top), "            31            0\nevents: ");
	assert_int_equal(end_top(&top, SIGINT), 0);
}

static void ports_come_from_events_if_not_counted(void **s)
{
	struct top top;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	shoot_udp(5000, 3);
	top = start("");
	wait_for_screen(&top);
	shoot_udp(5000, 4);
	shoot_syn(5000, 2);
	shoot_bad_version(); /* has no port, and no address */
	wait_for_rows(&top, "5000/tcp ", 1, 2);
	wait_for_screen(&top);
	assert_rows(&top, "5000/udp ", 1, 4);
	assert_rows(&top, PEER_ADDRESS " ", 1, 6);
	assert_int_equal(add_up(output_of(&top)).read, 7);
	contains(output_of(&top), "\nCLOSED PORT (by events) ");
	lacks(output_of(&top), "\n0/");
	/* The switch is noticed. */
	must("%s -q stats --count-ports on", netfwv6());
	wait_for_text(&top, "\nCLOSED PORT   ");
	shoot_udp(6000, 5);
	wait_for_rows(&top, "6000/udp ", 1, 5);
	wait_for_screen(&top);
	assert_rows(&top, "6000/udp ", 1, 5);
	assert_int_equal(end_top(&top, SIGTERM), 0);
}

/* Of a quiet interval those with the most packets; ten are shown. */
static void the_busiest_come_first(void **s)
{
	struct top top;
	const char *screen;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	top = start("");
	wait_for_screen(&top);
	shoot_from_many(5000, 60);
	shoot_udp_from("2001:db8::aaaa", 5001, 3);
	shoot_udp_from("2001:db8::bbbb", 5002, 5);
	wait_for_rows(&top, "2001:db8::bbbb ", 1, 5);
	wait_for_screen(&top);
	screen = last_screen(output_of(&top));
	contains(screen, "\n5000/udp                                         0.0            60\n"
			 "5002/udp                                         0.0             5\n"
			 "5001/udp                                         0.0             3\n");
	contains(screen, "\n2001:db8::bbbb                                   0.0             5     "
			 "       0\n2001:db8::aaaa                                   0.0          "
			 "   3            0\n2001:db8::1:0:1  ");
	contains(screen, "\n2001:db8::1:0:8  ");
	lacks(screen, "\n2001:db8::1:0:9  ");
	assert_int_equal(end_top(&top, SIGINT), 0);
}

/* More than there is room for: memory stays, and the error is shown. */
static void sources_without_number_are_bounded(void **s)
{
	struct top top;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	top = start("");
	wait_for_screen(&top);
	shoot_udp_from("2001:db8::aaaa", 5000, 9);
	shoot_from_many(5000, 1500);
	shoot_udp_from("2001:db8::bbbb", 5000, 9);
	wait_for_rows(&top, "2001:db8::bbbb ", 1, 9);
	wait_for_screen(&top);
	assert_int_equal(add_up(output_of(&top)).read, 1518);
	contains(last_screen(output_of(&top)), "\n2001:db8::aaaa                                 "
					       "  0.0             9            0\n");
	/* It took over an entry with one packet, which may have been its own. */
	contains(last_screen(output_of(&top)), "\n2001:db8::bbbb                                 "
					       "  0.0            10            1\n");
	assert_int_equal(end_top(&top, SIGINT), 0);
}

/* ---- Events that were missed -------------------------------------------------------------- */

#define FLOOD 200000

static bool flood_is_told(void *context)
{
	struct told told = add_up(output_of(context));

	return told.read + told.suppressed + told.lost >= packets("fw0", "closed-udp");
}

static void missed_events_are_told(void **s)
{
	struct crafted crafted[1000];
	struct wire wire;
	struct told told;
	struct top top;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	for (size_t i = 0; i < 1000; i++)
		crafted[i] = crafted_udp(9, 5000);
	top = start("");
	wait_for_screen(&top);
	wire = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	for (size_t i = 0; i < FLOOD / 1000; i++)
		put(&wire, crafted, 1000);
	close_wire(&wire);
	wait_until(flood_is_told, &top, "the whole flood was told");
	wait_for_screen(&top); /* and is not told again */
	told = add_up(output_of(&top));
	assert_int_equal(told.read + told.suppressed + told.lost, packets("fw0", "closed-udp"));
	assert_true(told.suppressed > 0);
	assert_true(told.estimates_fit);
	contains(output_of(&top), "; rates with ~ are estimates, ");
	assert_int_equal(end_top(&top, SIGINT), 0);
}

/* ---- What changes meanwhile ----------------------------------------------------------------- */

static void counters_that_start_anew_are_no_trouble(void **s)
{
	struct top top;

	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	shoot_udp(5000, 9);
	top = start("");
	wait_for_screen(&top);
	must("%s -q stats --reset", netfwv6());
	shoot_udp(5000, 2);
	wait_for_rows(&top, "5000/udp ", 1, 2);
	wait_for_screen(&top);
	assert_rows(&top, UDP_ROW, RATE, 2);
	assert_rows(&top, "5000/udp ", 1, 2);
	assert_int_equal(end_top(&top, SIGINT), 0);
}

static void devices_come_and_go(void **s)
{
	struct top top;

	(void)s;
	top = start("");
	wait_for_text(&top, "no device is firewalled by");
	contains(output_of(&top), "\nsources of dropped packets: there is no state in ");
	must("%s -q enable fw0", netfwv6());
	wait_for_text(&top, "\nSOURCE OF DROPPED PACKETS");
	shoot_udp(5000, 3);
	wait_for_rows(&top, PEER_ADDRESS " ", 1, 3);
	assert_rows(&top, UDP_ROW, RATE, 3);
	must("%s -q disable fw0 && %s -q remove", netfwv6(), netfwv6());
	wait_for_screen(&top);
	wait_for_screen(&top);
	contains(last_screen(output_of(&top)), "no device is firewalled by");
	contains(output_of(&top), "\nevents ended: the state in ");
	must("%s -q enable fw0", netfwv6());
	wait_for_screen(&top);
	wait_for_screen(&top);
	shoot_udp(5000, 4);
	wait_for_rows(&top, PEER_ADDRESS " ", 1, 7);
	wait_for_screen(&top);
	assert_rows(&top, PEER_ADDRESS " ", 1, 7);
	assert_rows(&top, UDP_ROW, RATE, 7);
	assert_int_equal(end_top(&top, SIGINT), 0);
}

/* ---- Who may, and how it ends ---------------------------------------------------------------- */

static void sources_are_for_root(void **s)
{
	const char *text;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	shoot_udp(5000, 3);
	text = must("%s top -c 1", as_nobody());
	contains(text, "\nfw0             dropped  closed-udp ");
	contains(text, "\nsources of dropped packets: who sent them is for root to see\n");
	contains(text, "\nclosed ports: 'netfwv6 stats --count-ports on' has packets counted by "
		       "port\n");
	lacks(text, "events: ");
	must("%s -q stats --count-ports on", netfwv6());
	shoot_udp(5000, 2);
	text = must("%s top -c 1", as_nobody());
	contains(text, "\n5000/udp                                         0.0             2\n");
	must("rm %s-netfwv6", world.state);
}

static void it_ends_after_so_many_screens(void **s)
{
	struct told told;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	told = add_up(must("%s top -c 2", netfwv6()));
	assert_int_equal(told.screens, 2);
}

/* Seconds of silence in an interval do not make it deaf: time is what is tested here. */
static void long_intervals_miss_nothing(void **s)
{
	struct top top;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	top = start("--interval 5 -c 2");
	wait_for_screen(&top);
	sleep(4);
	shoot_udp(5000, 3);
	wait_for_screen(&top);
	assert_rows(&top, PEER_ADDRESS " ", 1, 3);
	assert_int_equal(add_up(output_of(&top)).read, 3);
	lacks(output_of(&top), "events ended");
	assert_int_equal(end_top(&top, 0), 0);
}

static void signals_end_it_cleanly(void **s)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	(void)s;
	must("%s -q enable fw0", netfwv6());
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct top top = start("");

		wait_for_screen(&top);
		assert_int_equal(end_top(&top, signals[i]), 0);
	}
}

static void a_signal_that_is_ignored_stays_so(void **s)
{
	char command[256];
	struct top top;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	snprintf(command, sizeof(command), "sh -c 'trap \"\" HUP; exec %s top'", netfwv6());
	top = start_top(command);
	wait_for_screen(&top);
	assert_int_equal(kill(top.pid, SIGHUP), 0);
	wait_for_screen(&top);
	assert_int_equal(end_top(&top, SIGINT), 0);
}

static void a_broken_output_ends_it(void **s)
{
	(void)s;
	assert_int_equal(run("%s top > /dev/full", netfwv6())->status, 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		counted(rates_are_what_was_counted_since),
		counted(ports_come_from_events_if_not_counted),
		counted(the_busiest_come_first),
		counted(sources_without_number_are_bounded),
		counted(missed_events_are_told),
		counted(counters_that_start_anew_are_no_trouble),
		counted(devices_come_and_go),
		counted(sources_are_for_root),
		counted(it_ends_after_so_many_screens),
		counted(long_intervals_miss_nothing),
		counted(signals_end_it_cleanly),
		counted(a_signal_that_is_ignored_stays_so),
		counted(a_broken_output_ends_it),
	};

	return cmocka_run_group_tests_name("top", tests, world_setup, world_teardown);
}
