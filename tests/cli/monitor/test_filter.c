// SPDX-License-Identifier: LGPL-2.1-or-later
/* What filters can be written, and which events they let through. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complaint.h"
#include "cli/filter.h"
#include "world.h"

static const struct netfwv6_counter known[] = {
	{ .reason = "established", .sentence = "passes" },
	{ .reason = "closed-tcp", .sentence = "TCP", .dropped = true },
	{ .reason = "closed-udp", .sentence = "UDP", .dropped = true },
	{ .reason = "truncated", .sentence = "cut", .dropped = true },
};

static struct filter new_filter(void)
{
	return (struct filter){ .known = known, .n_known = sizeof(known) / sizeof(*known) };
}

/* ---- What is refused ------------------------------------------------------------ */

static const struct {
	enum filter_option option;
	const char *value, *sentence;
} refused_rows[] = {
	{ FILTER_PORT, "0/tcp", "'0/tcp': ports go from 1 to 65535" },
	{ FILTER_PORT, "65536", "'65536': ports go from 1 to 65535" },
	{ FILTER_PORT, "443/sctp", "protocol 'sctp' is neither tcp nor udp" },
	{ FILTER_PORT, "90-80/udp", "write 80-90/udp" },
	{ FILTER_PORT, "", "names no port" },
	{ FILTER_PORT, "nonsense", "neither a port nor a service" },
	{ FILTER_PROTOCOL, "icmp", "--proto 'icmp' is neither tcp nor udp" },
	{ FILTER_PROTOCOL, "TCP", "--proto 'TCP' is neither tcp nor udp" },
	{ FILTER_PROTOCOL, "6", "--proto '6'" },
	{ FILTER_PROTOCOL, "", "--proto ''" },
	{ FILTER_REASON, "closed",
	  "--reason 'closed' is no reason to drop: write one of closed-tcp, closed-udp, "
	  "truncated" },
	{ FILTER_REASON, "Closed-tcp", "is no reason to drop: write one of closed-tcp" },
	{ FILTER_REASON, "", "--reason '' is no reason" },
	{ FILTER_REASON, "established",
	  "'established' is no reason to drop, such packets pass: write one of closed-tcp, "
	  "closed-udp, truncated" },
	{ FILTER_SOURCE, "2001:db8::1/32",
	  "'2001:db8::1/32' has bits set behind the first 32: write 2001:db8::/32" },
	{ FILTER_SOURCE, "2001:db8:ffff::/33", "write 2001:db8:8000::/33" },
	{ FILTER_SOURCE, "::1/127", "write ::/127" },
	{ FILTER_SOURCE, "8000::/0", "write ::/0" },
	{ FILTER_SOURCE, "ff00::/7", "write fe00::/7" },
	{ FILTER_SOURCE, "::/129", "'::/129' is no IPv6 prefix: write 2001:db8::/32" },
	{ FILTER_SOURCE, "::/-1", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "::/", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "::/ 8", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "::/8x", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "::/4294967296", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "/8", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "192.0.2.1", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "fe80::1%eth0", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "example.org", "is no IPv6 prefix" },
	{ FILTER_SOURCE, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd/64",
	  "is no IPv6 prefix" },
};

static void nonsense_is_refused_with_the_remedy(void **s)
{
	struct netfwv6_event event = { .kind = NETFWV6_EVENT_DROP };
	struct filter filter = new_filter();

	(void)s;
	for (size_t i = 0; i < sizeof(refused_rows) / sizeof(*refused_rows); i++) {
		complaint[0] = '\0';
		assert_int_equal(filter_add(&filter, refused_rows[i].option, refused_rows[i].value),
				 2);
		if (!strstr(complaint, refused_rows[i].sentence))
			fail_msg("'%s': '%s', wanted '%s'", refused_rows[i].value, complaint,
				 refused_rows[i].sentence);
	}
	/* Nothing of it stays: the filter is still for everything. */
	assert_true(filter_matches(&filter, &event));
	filter_clear(&filter);
}

/* ---- What matches --------------------------------------------------------------- */

enum sample { DROPPED_TCP, DROPPED_UDP, CUT, GONE, INBOUND, SAMPLES };

static const struct netfwv6_event samples[SAMPLES] = {
	[DROPPED_TCP] = { .kind = NETFWV6_EVENT_DROP,
			  .reason = "closed-tcp",
			  .ifindex = 2,
			  .device = "fw0",
			  .has_addresses = true,
			  .has_ports = true,
			  .protocol = 6,
			  .source_port = 40000,
			  .destination_port = 443 },
	[DROPPED_UDP] = { .kind = NETFWV6_EVENT_DROP,
			  .reason = "closed-udp",
			  .ifindex = 3,
			  .device = "fw1",
			  .has_addresses = true,
			  .has_ports = true,
			  .protocol = 17,
			  .source_port = 443,
			  .destination_port = 53 },
	[CUT] = { .kind = NETFWV6_EVENT_DROP,
		  .reason = "truncated",
		  .ifindex = 2,
		  .device = "fw0" },
	[GONE] = { .kind = NETFWV6_EVENT_DROP,
		   .reason = "closed-udp",
		   .ifindex = 9,
		   .has_addresses = true,
		   .has_ports = true,
		   .protocol = 17,
		   .source_port = 1,
		   .destination_port = 65535 },
	[INBOUND] = { .kind = NETFWV6_EVENT_OPEN_INBOUND,
		      .has_addresses = true,
		      .has_ports = true,
		      .protocol = 6,
		      .source_port = 8080,
		      .destination_port = 22 },
};
static const char *const sources[SAMPLES] = { "2001:db8::2", "2001:db8:8000::1", NULL, "fe80::1",
					      "::ffff:192.0.2.1" };

static struct netfwv6_event sample(enum sample number)
{
	struct netfwv6_event event = samples[number];

	if (sources[number])
		assert_int_equal(inet_pton(AF_INET6, sources[number], event.source), 1);
	return event;
}

#define MATCH(n) (1u << (n))
#define ALL (MATCH(SAMPLES) - 1)
#define BOTH_DROPPED (MATCH(DROPPED_TCP) | MATCH(DROPPED_UDP))

static const struct {
	const char *options; /* each its letter and its value */
	unsigned int matched;
} match_rows[] = {
	{ "", ALL },
	{ "dfw0", MATCH(DROPPED_TCP) | MATCH(CUT) },
	{ "dfw", 0 },
	{ "dfw00", 0 },
	{ "dfw0 dfw1", BOTH_DROPPED | MATCH(CUT) },
	{ "O443/tcp", MATCH(DROPPED_TCP) },
	{ "O443", MATCH(DROPPED_TCP) }, /* not the source's */
	{ "O443/udp", 0 },
	{ "Ohttps/tcp", MATCH(DROPPED_TCP) },
	{ "Ossh", MATCH(INBOUND) },
	{ "O444/tcp O442/tcp", 0 },
	{ "O53-443", BOTH_DROPPED },
	{ "O54-442 O1-52/udp", 0 },
	{ "O65535", MATCH(GONE) },
	{ "O1-65535", ALL & ~MATCH(CUT) },
	{ "O22/tcp", MATCH(INBOUND) },
	{ "O8080/tcp", MATCH(INBOUND) }, /* a connection's other end */
	{ "O8080/udp", 0 },
	{ "Ttcp", MATCH(DROPPED_TCP) | MATCH(INBOUND) },
	{ "Tudp", MATCH(DROPPED_UDP) | MATCH(GONE) },
	{ "Ttcp Tudp", ALL & ~MATCH(CUT) },
	{ "Eclosed-tcp", MATCH(DROPPED_TCP) },
	{ "Eclosed-udp", MATCH(DROPPED_UDP) | MATCH(GONE) },
	{ "Eclosed-tcp Etruncated", MATCH(DROPPED_TCP) | MATCH(CUT) },
	{ "F2001:db8::2", MATCH(DROPPED_TCP) },
	{ "F2001:db8::2/128", MATCH(DROPPED_TCP) },
	{ "F2001:db8::3", 0 },
	{ "F2001:db8::2/127", MATCH(DROPPED_TCP) },
	{ "F2001:db8::/127", 0 },
	{ "F2001:db8::/32", BOTH_DROPPED },
	{ "F2001:db8::/33", MATCH(DROPPED_TCP) },
	{ "F2001:db8:8000::/33", MATCH(DROPPED_UDP) },
	{ "F2001:db9::/32", 0 },
	{ "F2001:db8::/31", BOTH_DROPPED },
	{ "F::/0", ALL & ~MATCH(CUT) },
	{ "F::/1", ALL & ~MATCH(CUT) & ~MATCH(GONE) },
	{ "F8000::/1", MATCH(GONE) },
	{ "Ffe80::/10", MATCH(GONE) },
	{ "F::ffff:192.0.2.0/120", MATCH(INBOUND) },
	{ "F2001:db8::2 Ffe80::/10", MATCH(DROPPED_TCP) | MATCH(GONE) },
	{ "dfw0 Tudp", 0 },
	{ "dfw0 Ttcp", MATCH(DROPPED_TCP) },
	{ "dfw0 dfw1 Tudp O53 Eclosed-udp F2001:db8::/32", MATCH(DROPPED_UDP) },
	{ "dfw0 dfw1 Tudp O54 Eclosed-udp F2001:db8::/32", 0 },
	{ "dfw0 dfw1 Tudp O53 Eclosed-tcp F2001:db8::/32", 0 },
	{ "dfw0 dfw1 Tudp O53 Eclosed-udp F2001:db8::/33", 0 },
};

static void take_options(struct filter *filter, char *options)
{
	for (char *word = strtok(options, " "); word; word = strtok(NULL, " "))
		if (filter_add(filter, *word, word + 1) != -1)
			fail_msg("%s", complaint);
}

static void one_of_each_kind_has_to_match(void **s)
{
	(void)s;
	for (size_t i = 0; i < sizeof(match_rows) / sizeof(*match_rows); i++) {
		struct filter filter = new_filter();
		char options[128];

		snprintf(options, sizeof(options), "%s", match_rows[i].options);
		take_options(&filter, options);
		for (unsigned int n = 0; n < SAMPLES; n++) {
			struct netfwv6_event event = sample(n);

			if (filter_matches(&filter, &event) !=
			    (bool)(match_rows[i].matched & MATCH(n)))
				fail_msg("'%s' and event %u", match_rows[i].options, n);
		}
		filter_clear(&filter);
	}
}

static void a_device_that_is_gone_is_known_by_its_index(void **s)
{
	struct netfwv6_event gone = sample(GONE), there = sample(DROPPED_TCP);
	struct filter filter = new_filter();

	(void)s;
	assert_int_equal(filter_add(&filter, FILTER_DEVICE, "fw9"), -1);
	assert_false(filter_matches(&filter, &gone));
	filter.devices[0].ifindex = 9;
	assert_true(filter_matches(&filter, &gone));
	/* One that has a name goes by that, whatever its index. */
	there.ifindex = 9;
	assert_false(filter_matches(&filter, &there));
	/* No index is no match for none. */
	filter.devices[0].ifindex = gone.ifindex = 0;
	assert_false(filter_matches(&filter, &gone));
	filter_clear(&filter);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused_with_the_remedy),
		cmocka_unit_test(one_of_each_kind_has_to_match),
		cmocka_unit_test(a_device_that_is_gone_is_known_by_its_index),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
