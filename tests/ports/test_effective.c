// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which rule decides: all that can be set on several connections at once. */
#include <string.h>

#include "connections.h"
#include "setting.h"

#define CONNECTIONS 3
static const char *const devices[CONNECTIONS] = { HOST_DEVICE, "a1", "a2" };

/*
 * A port for each combination: bit 0 is the global setting; of connection i, bit 1 + 2i
 * is "open" and bit 2 + 2i "ignored". UDP has the opposite of TCP everywhere.
 */
#define COMBINATIONS (1u << (1 + 2 * CONNECTIONS))
#define FIRST_PORT 2000u
#define LAST_PORT (FIRST_PORT + COMBINATIONS - 1)

static uint32_t combination(uint32_t port, uint32_t protocol)
{
	uint32_t bits = port - FIRST_PORT;

	return protocol == TCP ? bits : ~bits & (COMBINATIONS - 1);
}

static uint32_t rule_of(uint32_t bits, int connection)
{
	bool open = bits >> (1 + 2 * connection) & 1, ignored = bits >> (2 + 2 * connection) & 1;

	if (open)
		return NETFWV6_RULE_OPEN_HERE;
	return bits & 1 && !ignored ? NETFWV6_RULE_OPEN_GLOBAL : NETFWV6_RULE_CLOSED;
}

static void set_combination(struct handle *handles, uint32_t port, uint32_t protocol)
{
	uint32_t bits = combination(port, protocol);

	if (bits & 1)
		assert_ok(netfwv6_mgr_open_global_port(handles[0].mgr, port, protocol, NULL));
	for (int i = 0; i < CONNECTIONS; i++) {
		if (bits >> (1 + 2 * i) & 1)
			assert_ok(netfwv6_connection_open_port(handles[i].connection, port,
							       protocol, NULL));
		if (bits >> (2 + 2 * i) & 1)
			assert_ok(netfwv6_connection_ignore_global_port(handles[i].connection, port,
									protocol, NULL));
	}
}

static void set_all(void)
{
	static const uint32_t protocols[] = { TCP, UDP };
	struct handle handles[CONNECTIONS];

	make_pair("a1", "a2");
	for (int i = 0; i < CONNECTIONS; i++)
		handles[i] = handle_on(devices[i]);
	for (int i = 0; i < 2; i++)
		for (uint32_t port = FIRST_PORT; port <= LAST_PORT; port++)
			set_combination(handles, port, protocols[i]);
	for (int i = 0; i < CONNECTIONS; i++)
		release(&handles[i]);
}

static void assert_rules_of(int who, uint32_t protocol)
{
	struct handle handle = handle_on(devices[who]);
	uint32_t rules[COMBINATIONS + 2];

	rules[0] = rules[COMBINATIONS + 1] = 77;
	assert_ok(netfwv6_connection_get_effective_range(handle.connection, FIRST_PORT, LAST_PORT,
							 protocol, LAST_PORT - FIRST_PORT + 1,
							 &rules[1]));
	assert_int_equal(rules[0], 77);
	assert_int_equal(rules[COMBINATIONS + 1], 77);
	for (uint32_t port = FIRST_PORT; port <= LAST_PORT; port++) {
		uint32_t rule = 0, wanted = rule_of(combination(port, protocol), who);

		assert_ok(
			netfwv6_connection_get_effective(handle.connection, port, protocol, &rule));
		if (rule != wanted || rules[1 + port - FIRST_PORT] != wanted)
			fail_msg("%u/%u on %s: rule %u, in the range %u, wanted %u", port, protocol,
				 devices[who], rule, rules[1 + port - FIRST_PORT], wanted);
	}
	release(&handle);
}

static void assert_all_rules(void)
{
	for (int who = 0; who < CONNECTIONS; who++) {
		assert_rules_of(who, TCP);
		assert_rules_of(who, UDP);
	}
}

static void the_rules_are_asked_in_their_order(void **s)
{
	(void)s;
	set_all();
	assert_all_rules();
}

static void firewalled_or_not_the_answer_is_the_same(void **s)
{
	(void)s;
	make_pair("b1", "b2");
	switch_on("b1"); /* has the first place in the table */
	set_all();
	for (int i = 0; i < CONNECTIONS; i++) {
		switch_on(devices[i]);
		assert_all_rules();
	}
	for (int i = 0; i < CONNECTIONS; i++)
		switch_off(devices[i]);
	assert_all_rules();
}

/* The programs say what the calls say, for everything that can be set. */
static void packets_obey_the_same_rules(void **s)
{
	static const uint32_t protocols[] = { TCP, UDP };

	(void)s;
	set_all();
	for (int who = 0; who < CONNECTIONS; who++) {
		switch_on(devices[who]);
		for (uint32_t port = FIRST_PORT; port <= LAST_PORT; port++)
			for (int i = 0; i < 2; i++) {
				uint32_t bits = combination(port, protocols[i]);

				if (admits(devices[who], port, protocols[i]) !=
				    (rule_of(bits, who) < NETFWV6_RULE_CLOSED))
					fail_msg("%u/%u on %s", port, protocols[i], devices[who]);
			}
	}
}

static void without_state_every_port_is_closed(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);
	static uint32_t rules[65535];

	(void)s;
	assert_ok(netfwv6_connection_get_effective_range(handle.connection, 1, 65535, TCP, 65535,
							 rules));
	for (int i = 0; i < 65535; i++)
		assert_int_equal(rules[i], NETFWV6_RULE_CLOSED);
	assert_int_equal(rule_on(HOST_DEVICE, 65535, UDP), NETFWV6_RULE_CLOSED);
	release(&handle);
}

static void a_connection_without_settings_goes_by_the_global_ones(void **s)
{
	(void)s;
	make_pair("a1", "a2");
	open_on("a1", 443, TCP);
	ignore_on("a1", 80, TCP);
	set_global(80, TCP, true);
	assert_int_equal(rule_on("a2", 443, TCP), NETFWV6_RULE_CLOSED);
	assert_int_equal(rule_on("a2", 80, TCP), NETFWV6_RULE_OPEN_GLOBAL);
	assert_int_equal(rule_on("a1", 80, TCP), NETFWV6_RULE_CLOSED);
}

static void a_name_without_a_device_has_rules_too(void **s)
{
	struct handle handle;
	uint32_t rule = 0;

	(void)s;
	make_pair("a1", "a2");
	handle = handle_on("a1");
	open_on("a1", 443, TCP);
	ignore_on("a1", 80, TCP);
	set_global(80, TCP, true);
	must("ip link del a1");
	assert_int_equal(rule_on("a1", 443, TCP), NETFWV6_RULE_OPEN_HERE);
	assert_ok(netfwv6_connection_get_effective(handle.connection, 80, TCP, &rule));
	assert_int_equal(rule, NETFWV6_RULE_CLOSED);
	release(&handle);
}

static void the_last_port_of_tcp_is_not_the_first_of_udp(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);
	uint32_t rules[3] = {};

	(void)s;
	open_on(HOST_DEVICE, 65535, TCP);
	open_on(HOST_DEVICE, 1, UDP);
	assert_ok(netfwv6_connection_get_effective_range(handle.connection, 65533, 65535, TCP, 3,
							 rules));
	assert_int_equal(rules[1], NETFWV6_RULE_CLOSED);
	assert_int_equal(rules[2], NETFWV6_RULE_OPEN_HERE);
	assert_ok(netfwv6_connection_get_effective_range(handle.connection, 1, 3, UDP, 3, rules));
	assert_int_equal(rules[0], NETFWV6_RULE_OPEN_HERE);
	assert_int_equal(rules[1], NETFWV6_RULE_CLOSED);
	release(&handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_rules_are_asked_in_their_order),
		test(firewalled_or_not_the_answer_is_the_same),
		test(packets_obey_the_same_rules),
		test(without_state_every_port_is_closed),
		test(a_connection_without_settings_goes_by_the_global_ones),
		test(a_name_without_a_device_has_rules_too),
		test(the_last_port_of_tcp_is_not_the_first_of_udp),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
