// SPDX-License-Identifier: LGPL-2.1-or-later
/* How ports and modes are written: what the calls take and refuse. */
#include <string.h>

#include "ports.h"
#include "world.h"

static void ports_are_texts(void **s)
{
	struct netfwv6_port_range ranges[NETFWV6_PORTS_TEXT_RANGES] = {};
	char text[NETFWV6_PORTS_TEXT_SIZE] = "untouched";
	size_t count = 7;

	(void)s;
	assert_ok(netfwv6_parse_ports("80-443", 2, sizeof(*ranges), ranges, &count));
	assert_int_equal(count, 2);
	assert_int_equal(ranges[1].protocol, UDP);
	assert_ok(netfwv6_format_ports(&ranges[1], sizeof(text), text));
	assert_string_equal(text, "80-443/udp");
	assert_result(netfwv6_format_ports(&ranges[1], 10, text), NETFWV6_E_INVALIDARG);
	assert_ok(netfwv6_format_ports(&ranges[1], 11, text));
	ranges[1].first = 0;
	assert_result(netfwv6_format_ports(&ranges[1], sizeof(text), text), NETFWV6_E_INVALIDARG);
	assert_string_equal(text, "80-443/udp");
	assert_result(netfwv6_parse_ports("80", 1, sizeof(*ranges), ranges, &count),
		      NETFWV6_E_INVALIDARG);
	assert_ok(netfwv6_parse_ports("80/tcp", 1, sizeof(*ranges), ranges, &count));
	assert_result(netfwv6_parse_ports("x", 2, sizeof(*ranges), ranges, &count),
		      NETFWV6_E_INVALIDARG);
	assert_result(netfwv6_parse_ports("80", 2, 0, ranges, &count), NETFWV6_E_INVALIDARG);
	assert_int_equal(count, 1);
	assert_result(netfwv6_parse_ports(NULL, 2, sizeof(*ranges), ranges, &count),
		      NETFWV6_E_POINTER);
}

static void modes_are_texts(void **s)
{
	uint32_t mode = 77;

	(void)s;
	for (uint32_t i = NETFWV6_MODE_AUTO; i <= NETFWV6_MODE_TC; i++) {
		assert_ok(netfwv6_parse_mode(netfwv6_mode_name(i), &mode));
		assert_int_equal(mode, i);
	}
	assert_result(netfwv6_parse_mode("turbo", &mode), NETFWV6_E_INVALIDARG);
	assert_int_equal(mode, NETFWV6_MODE_TC);
	assert_string_equal(netfwv6_mode_name(UINT32_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(ports_are_texts),
		test(modes_are_texts),
	};

	return cmocka_run_group_tests_name("texts", tests, world_setup, world_teardown);
}
