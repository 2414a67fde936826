// SPDX-License-Identifier: LGPL-2.1-or-later
/* Ports that open and close, one at a time and at random. */
#include <stdlib.h>
#include <unistd.h>

#include "ports.h"
#include "world.h"

/* ---- One port -------------------------------------------------------------- */

static void never_configured_reads_as_closed(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_false(is_open(mgr, 1, TCP));
	assert_false(is_open(mgr, 65535, UDP));
	assert_int_equal(count_open(mgr), 0);
	assert_int_not_equal(access(world.state, F_OK), 0);
	netfwv6_mgr_close(mgr);
}

static void closing_without_state_makes_none(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP));
	assert_int_not_equal(access(world.state, F_OK), 0);
	netfwv6_mgr_close(mgr);
}

static void opens_and_closes(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	assert_true(is_open(mgr, 443, TCP));
	assert_false(is_open(mgr, 443, UDP));
	assert_false(is_open(mgr, 442, TCP));
	assert_false(is_open(mgr, 444, TCP));
	assert_ok(netfwv6_mgr_close_global_port(mgr, 443, UDP));
	assert_true(is_open(mgr, 443, TCP));
	assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
	assert_false(is_open(mgr, 443, TCP));
	netfwv6_mgr_close(mgr);
}

static void the_first_and_the_last_port_are_ports(void **s)
{
	static const uint32_t ports[] = { 1, 65535 }, protocols[] = { TCP, UDP };
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	for (int i = 0; i < 4; i++) {
		assert_ok(netfwv6_mgr_open_global_port(mgr, ports[i / 2], protocols[i % 2], NULL));
		assert_int_equal(count_open(mgr), i + 1);
	}
	netfwv6_mgr_close(mgr);
}

static void both_calls_are_idempotent(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	for (int i = 0; i < 3; i++)
		assert_ok(netfwv6_mgr_open_global_port(mgr, 53, UDP, "dns"));
	assert_int_equal(count_open(mgr), 1);
	for (int i = 0; i < 3; i++)
		assert_ok(netfwv6_mgr_close_global_port(mgr, 53, UDP));
	assert_int_equal(count_open(mgr), 0);
	netfwv6_mgr_close(mgr);
}

static void another_manager_sees_it_at_once(void **s)
{
	struct netfwv6_mgr *one = open_mgr(), *other = open_mgr();

	(void)s;
	assert_false(is_open(other, 22, TCP));
	assert_ok(netfwv6_mgr_open_global_port(one, 22, TCP, NULL));
	assert_true(is_open(other, 22, TCP));
	assert_ok(netfwv6_mgr_close_global_port(other, 22, TCP));
	assert_false(is_open(one, 22, TCP));
	netfwv6_mgr_close(one);
	netfwv6_mgr_close(other);
}

static void policy_outlives_its_manager(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 22, TCP, "ssh"));
	netfwv6_mgr_close(mgr);
	mgr = open_mgr();
	assert_true(is_open(mgr, 22, TCP));
	netfwv6_mgr_close(mgr);
}

/* ---- A model --------------------------------------------------------------- */

#define MODEL_PORTS 64 /* few, so that they meet often */
#define MODEL_STEPS 20000

static void random_sequences_agree_with_a_model(void **s)
{
	struct netfwv6_mgr *mgrs[2] = { open_mgr(), open_mgr() };
	bool model[2][MODEL_PORTS + 1] = {};
	unsigned int seed = getenv("NETFWV6_SEED") ? atoi(getenv("NETFWV6_SEED")) : 6;

	(void)s;
	print_message("# seed %u\n", seed);
	srandom(seed);
	for (int step = 0; step < MODEL_STEPS; step++) {
		struct netfwv6_mgr *mgr = mgrs[random() % 2];
		int udp = random() % 2;
		uint32_t protocol = udp ? UDP : TCP, first = 1 + random() % MODEL_PORTS;
		uint32_t last = random() % 4 ? first : first + random() % (MODEL_PORTS + 1 - first);
		bool open = random() % 2;

		if (open)
			assert_ok(netfwv6_mgr_open_global_ports(mgr, first, last, protocol, NULL));
		else
			assert_ok(netfwv6_mgr_close_global_ports(mgr, first, last, protocol));
		for (uint32_t port = first; port <= last; port++)
			model[udp][port] = open;
		for (uint32_t port = 1; port <= MODEL_PORTS; port++)
			if (is_open(mgr, port, protocol) != model[udp][port])
				fail_msg("seed %u, step %d: port %u", seed, step, port);
	}
	netfwv6_mgr_close(mgrs[0]);
	netfwv6_mgr_close(mgrs[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(never_configured_reads_as_closed),
		test(closing_without_state_makes_none),
		test(opens_and_closes),
		test(the_first_and_the_last_port_are_ports),
		test(both_calls_are_idempotent),
		test(another_manager_sees_it_at_once),
		test(policy_outlives_its_manager),
		test(random_sequences_agree_with_a_model),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
