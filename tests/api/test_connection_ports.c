// SPDX-License-Identifier: LGPL-2.1-or-later
/* What one connection opens itself and what it ignores, through the public API. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connections.h"
#include "setting.h"

/* ---- One port ------------------------------------------------------------- */

static void without_state_nothing_is_set(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_false(is_set(setting, handle.connection, 1, TCP));
	assert_false(is_set(setting, handle.connection, 65535, UDP));
	assert_int_equal(count_set(setting, handle.connection), 0);
	assert_int_not_equal(access(world.state, F_OK), 0);
	release(&handle);
}

static void clearing_without_state_makes_none(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_ok(setting->clear(handle.connection, 80, TCP));
	assert_ok(setting->clear_range(handle.connection, 1, 65535, UDP));
	assert_int_not_equal(access(world.state, F_OK), 0);
	release(&handle);
}

static void one_port_of_one_protocol_is_set_and_cleared(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_ok(setting->set(handle.connection, 443, TCP));
	assert_true(is_set(setting, handle.connection, 443, TCP));
	assert_false(is_set(setting, handle.connection, 443, UDP));
	assert_false(is_set(setting, handle.connection, 442, TCP));
	assert_false(is_set(setting, handle.connection, 444, TCP));
	assert_int_equal(count_set(setting, handle.connection), 1);
	assert_ok(setting->clear(handle.connection, 443, UDP));
	assert_true(is_set(setting, handle.connection, 443, TCP));
	assert_ok(setting->clear(handle.connection, 443, TCP));
	assert_false(is_set(setting, handle.connection, 443, TCP));
	assert_int_equal(count_set(setting, handle.connection), 0);
	release(&handle);
}

static void the_first_and_the_last_port_can_be_set(void **s)
{
	static const uint32_t ports[] = { 1, 65535 }, protocols[] = { TCP, UDP };
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	for (int i = 0; i < 4; i++) {
		assert_ok(setting->set(handle.connection, ports[i / 2], protocols[i % 2]));
		assert_true(is_set(setting, handle.connection, ports[i / 2], protocols[i % 2]));
		assert_int_equal(count_set(setting, handle.connection), i + 1);
	}
	release(&handle);
}

static void setting_and_clearing_are_idempotent(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	for (int i = 0; i < 3; i++)
		assert_ok(setting->set(handle.connection, 53, UDP));
	assert_int_equal(count_set(setting, handle.connection), 1);
	for (int i = 0; i < 3; i++)
		assert_ok(setting->clear(handle.connection, 53, UDP));
	assert_int_equal(count_set(setting, handle.connection), 0);
	release(&handle);
}

static void a_range_has_both_its_ends(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_ok(setting->set_range(handle.connection, 8000, 8100, UDP));
	assert_int_equal(count_set(setting, handle.connection), 101);
	assert_true(is_set(setting, handle.connection, 8000, UDP));
	assert_true(is_set(setting, handle.connection, 8100, UDP));
	assert_false(is_set(setting, handle.connection, 7999, UDP));
	assert_false(is_set(setting, handle.connection, 8101, UDP));
	assert_ok(setting->clear_range(handle.connection, 8001, 8099, UDP));
	assert_int_equal(count_set(setting, handle.connection), 2);
	assert_true(is_set(setting, handle.connection, 8000, UDP));
	assert_true(is_set(setting, handle.connection, 8100, UDP));
	release(&handle);
}

static void all_ports_can_be_set_and_cleared(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);

	assert_ok(setting->set_range(handle.connection, 1, 65535, TCP));
	assert_ok(setting->set_range(handle.connection, 1, 65535, UDP));
	assert_int_equal(count_set(setting, handle.connection), 131070);
	assert_ok(setting->clear_range(handle.connection, 1, 65535, TCP));
	assert_int_equal(count_set(setting, handle.connection), 65535);
	assert_ok(setting->clear_range(handle.connection, 1, 65535, UDP));
	assert_int_equal(count_set(setting, handle.connection), 0);
	assert_int_equal(settled(), 0);
	release(&handle);
}

/* ---- Whose setting it is ---------------------------------------------------- */

static void it_is_this_connections_alone(void **s)
{
	const struct setting *setting = *s;
	struct handle here = handle_on(HOST_DEVICE), there;
	bool global = true;

	make_pair("a1", "a2");
	there = handle_on("a1");
	assert_ok(setting->set(here.connection, 443, TCP));
	assert_false(is_set(setting, there.connection, 443, TCP));
	assert_ok(netfwv6_mgr_is_port_globally_open(here.mgr, 443, TCP, &global));
	assert_false(global);
	assert_ok(setting->set(there.connection, 443, TCP));
	assert_ok(setting->clear(here.connection, 443, TCP));
	assert_false(is_set(setting, here.connection, 443, TCP));
	assert_true(is_set(setting, there.connection, 443, TCP));
	release(&here);
	release(&there);
}

/* "Open", "ignored" and "globally open" as the three bits of a number. */
static int settings_of_443(struct handle *handle)
{
	bool global = false;

	assert_ok(netfwv6_mgr_is_port_globally_open(handle->mgr, 443, TCP, &global));
	return is_set(&setting_open, handle->connection, 443, TCP) |
	       is_set(&setting_ignored, handle->connection, 443, TCP) << 1 | global << 2;
}

static void set_443(struct handle *handle, int bit, bool on)
{
	static const struct setting *const settings[] = { &setting_open, &setting_ignored };

	if (bit < 2)
		assert_ok(on ? settings[bit]->set(handle->connection, 443, TCP) :
			       settings[bit]->clear(handle->connection, 443, TCP));
	else
		assert_ok(on ? netfwv6_mgr_open_global_port(handle->mgr, 443, TCP, NULL) :
			       netfwv6_mgr_close_global_port(handle->mgr, 443, TCP));
}

static void no_setting_changes_another(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	for (int wanted = 0; wanted < 8; wanted++)
		for (int bit = 0; bit < 3; bit++) {
			for (int i = 0; i < 3; i++)
				set_443(&handle, i, wanted >> i & 1);
			assert_int_equal(settings_of_443(&handle), wanted);
			set_443(&handle, bit, !(wanted >> bit & 1));
			assert_int_equal(settings_of_443(&handle), wanted ^ 1 << bit);
		}
	release(&handle);
}

static void ignoring_a_closed_port_counts_once_it_opens(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	ignore_on(HOST_DEVICE, 443, TCP);
	assert_true(is_ignored_on(HOST_DEVICE, 443, TCP));
	set_global(443, TCP, true);
	assert_int_equal(rule_on(HOST_DEVICE, 443, TCP), NETFWV6_RULE_CLOSED);
	set_global(443, TCP, false);
	set_global(443, TCP, true);
	assert_true(is_ignored_on(HOST_DEVICE, 443, TCP));
	assert_int_equal(rule_on(HOST_DEVICE, 443, TCP), NETFWV6_RULE_CLOSED);
	observe_on(HOST_DEVICE, 443, TCP);
	assert_int_equal(rule_on(HOST_DEVICE, 443, TCP), NETFWV6_RULE_OPEN_GLOBAL);
	release(&handle);
}

static void another_handle_sees_it_at_once(void **s)
{
	const struct setting *setting = *s;
	struct handle one = handle_on(HOST_DEVICE), other = handle_on(HOST_DEVICE);

	assert_false(is_set(setting, other.connection, 22, TCP));
	assert_ok(setting->set(one.connection, 22, TCP));
	assert_true(is_set(setting, other.connection, 22, TCP));
	assert_ok(setting->clear(other.connection, 22, TCP));
	assert_false(is_set(setting, one.connection, 22, TCP));
	release(&one);
	release(&other);
}

static void it_outlives_handle_and_device(void **s)
{
	const struct setting *setting = *s;
	struct handle handle;

	make_pair("a1", "a2");
	handle = handle_on("a1");
	assert_ok(setting->set(handle.connection, 22, TCP));
	must("ip link del a1");
	assert_true(is_set(setting, handle.connection, 22, TCP));
	release(&handle);
	handle = handle_on("a1");
	assert_true(is_set(setting, handle.connection, 22, TCP));
	assert_ok(setting->set(handle.connection, 23, TCP));
	make_pair("a1", "a2");
	assert_int_equal(count_set(setting, handle.connection), 2);
	assert_ok(setting->clear_range(handle.connection, 22, 23, TCP));
	release(&handle);
}

static void a_handle_outlives_its_device(void **s)
{
	const struct setting *setting = *s;
	struct handle handle;

	make_pair("a1", "a2");
	handle = handle_on("a1");
	must("ip link del a1");
	assert_ok(setting->clear(handle.connection, 22, TCP));
	assert_false(is_set(setting, handle.connection, 22, TCP));
	assert_ok(setting->set(handle.connection, 22, TCP));
	assert_true(is_set(setting, handle.connection, 22, TCP));
	release(&handle);
}

/* ---- Arguments ------------------------------------------------------------ */

struct bad {
	uint32_t port, protocol;
	const char *named; /* what the sentence names */
};

static const struct bad bad_rows[] = {
	{ 0, TCP, "port 0 " },
	{ 65536, TCP, "port 65536 " },
	{ 65537, UDP, "port 65537 " }, /* 1 when truncated */
	{ 65536 + 443, TCP, "port 65979 " },
	{ UINT32_MAX, UDP, "port 4294967295 " },
	{ 443, 0, "protocol 0 " },
	{ 443, 7, "protocol 7 " },
	{ 443, 41, "protocol 41 " },
	{ 443, 256 + 6, "protocol 262 " },
	{ 443, UINT32_MAX, "protocol 4294967295 " },
};

#define assert_refused(call, word)                                                                 \
	do {                                                                                       \
		assert_result(call, NETFWV6_E_INVALIDARG);                                         \
		if (!strstr(netfwv6_detail(), word))                                               \
			fail_msg("'%s' does not name '%s'", netfwv6_detail(), word);               \
	} while (0)

static void is_refused_by_all(struct netfwv6_connection *connection, const struct bad *bad)
{
	static const struct setting *const settings[] = { &setting_open, &setting_ignored };
	uint32_t port = bad->port, protocol = bad->protocol, rule = 77;

	for (int i = 0; i < 2; i++) {
		bool yes = true, no = false;

		assert_refused(settings[i]->set(connection, port, protocol), bad->named);
		assert_refused(settings[i]->clear(connection, port, protocol), bad->named);
		assert_refused(settings[i]->set_range(connection, port, port, protocol),
			       bad->named);
		assert_refused(settings[i]->clear_range(connection, port, port, protocol),
			       bad->named);
		assert_refused(settings[i]->is_set(connection, port, protocol, &yes), bad->named);
		assert_refused(settings[i]->is_set(connection, port, protocol, &no), bad->named);
		assert_true(yes && !no);
	}
	assert_refused(netfwv6_connection_get_effective(connection, port, protocol, &rule),
		       bad->named);
	assert_refused(
		netfwv6_connection_get_effective_range(connection, port, port, protocol, &rule),
		bad->named);
	assert_int_equal(rule, 77);
}

static void bad_arguments_are_refused_and_change_nothing(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);
	char before[4096], after[4096];

	(void)s;
	/* What a truncated number would meet. */
	assert_ok(netfwv6_connection_open_port(handle.connection, 443, TCP, "mine"));
	assert_ok(netfwv6_connection_ignore_global_port(handle.connection, 1, UDP));
	describe_settings(handle.mgr, before, sizeof(before));
	for (size_t i = 0; i < sizeof(bad_rows) / sizeof(*bad_rows); i++)
		is_refused_by_all(handle.connection, &bad_rows[i]);
	describe_settings(handle.mgr, after, sizeof(after));
	assert_string_equal(after, before);
	release(&handle);
}

static void bad_ranges_are_refused(void **s)
{
	static const struct {
		uint32_t first, last;
		const char *named;
	} rows[] = {
		{ 90, 80, "90" },
		{ 0, 80, "port 0 " },
		{ 80, 65536, "port 65536 " },
		{ 80, UINT32_MAX, "port 4294967295 " },
	};
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);
	uint32_t rules[2] = { 77, 77 };

	assert_ok(setting->set(handle.connection, 80, TCP));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint32_t first = rows[i].first, last = rows[i].last;

		assert_refused(setting->set_range(handle.connection, first, last, TCP),
			       rows[i].named);
		assert_refused(setting->clear_range(handle.connection, first, last, TCP),
			       rows[i].named);
		assert_refused(netfwv6_connection_get_effective_range(handle.connection, first,
								      last, TCP, rules),
			       rows[i].named);
	}
	assert_int_equal(rules[0], 77);
	assert_int_equal(rules[1], 77);
	assert_int_equal(count_set(setting, handle.connection), 1);
	release(&handle);
}

static void null_pointers_are_refused(void **s)
{
	const struct setting *setting = *s;
	struct handle handle = handle_on(HOST_DEVICE);
	struct netfwv6_port_enum *untouched = (void *)&handle, *ports = untouched;
	uint32_t rule = 77;
	bool yes = true;

	assert_result(setting->set(NULL, 80, TCP), NETFWV6_E_POINTER);
	assert_result(setting->set_range(NULL, 80, 81, TCP), NETFWV6_E_POINTER);
	assert_result(setting->clear(NULL, 80, TCP), NETFWV6_E_POINTER);
	assert_result(setting->clear_range(NULL, 80, 81, TCP), NETFWV6_E_POINTER);
	assert_result(setting->is_set(NULL, 80, TCP, &yes), NETFWV6_E_POINTER);
	assert_result(setting->is_set(handle.connection, 80, TCP, NULL), NETFWV6_E_POINTER);
	assert_result(setting->enumerate(NULL, &ports), NETFWV6_E_POINTER);
	assert_result(setting->enumerate(handle.connection, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_get_effective(NULL, 80, TCP, &rule), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_get_effective(handle.connection, 80, TCP, NULL),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_get_effective_range(NULL, 80, 80, TCP, &rule),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_get_effective_range(handle.connection, 80, 81, TCP, NULL),
		      NETFWV6_E_POINTER);
	assert_true(yes);
	assert_int_equal(rule, 77);
	assert_ptr_equal(ports, untouched);
	assert_null(netfwv6_connection_name(NULL));
	assert_int_not_equal(access(world.state, F_OK), 0);
	release(&handle);
}

/* ---- A model, and processes ---------------------------------------------------- */

#define MODEL_PORTS 64 /* few, so that they meet often */
#define MODEL_STEPS 4000
#define MODEL_CONNECTIONS 3

struct model {
	struct handle handles[MODEL_CONNECTIONS];
	bool global[MODEL_PORTS + 1];
	bool set[2][MODEL_CONNECTIONS][MODEL_PORTS + 1]; /* open, ignored */
};

/* A change of one setting over a range of ports, in both. */
static void change(struct model *model, uint32_t first, uint32_t last, uint32_t protocol)
{
	static const struct setting *const settings[] = { &setting_open, &setting_ignored };
	int kind = random() % 3, who = random() % MODEL_CONNECTIONS;
	struct handle *handle = &model->handles[who];
	bool on = random() % 2;

	if (kind == 2)
		assert_ok(on ? netfwv6_mgr_open_global_ports(handle->mgr, first, last, protocol,
							     NULL) :
			       netfwv6_mgr_close_global_ports(handle->mgr, first, last, protocol));
	else
		assert_ok(
			on ? settings[kind]->set_range(handle->connection, first, last, protocol) :
			     settings[kind]->clear_range(handle->connection, first, last,
							 protocol));
	for (uint32_t port = first; port <= last; port++)
		*(kind == 2 ? &model->global[port] : &model->set[kind][who][port]) = on;
}

static void agrees(struct model *model, int who, uint32_t protocol, int step)
{
	struct netfwv6_connection *connection = model->handles[who].connection;
	uint32_t rules[MODEL_PORTS + 1];

	assert_ok(netfwv6_connection_get_effective_range(connection, 1, MODEL_PORTS, protocol,
							 &rules[1]));
	for (uint32_t port = 1; port <= MODEL_PORTS; port++) {
		bool open = model->set[0][who][port], ignored = model->set[1][who][port];
		uint32_t rule = open				? NETFWV6_RULE_OPEN_HERE :
				model->global[port] && !ignored ? NETFWV6_RULE_OPEN_GLOBAL :
								  NETFWV6_RULE_CLOSED;

		if (is_set(&setting_open, connection, port, protocol) != open ||
		    is_set(&setting_ignored, connection, port, protocol) != ignored ||
		    rules[port] != rule)
			fail_msg("step %d: port %u/%u on %s", step, port, protocol,
				 netfwv6_connection_name(connection));
	}
}

static void random_changes_agree_with_a_model(void **s)
{
	unsigned int seed = getenv("NETFWV6_SEED") ? atoi(getenv("NETFWV6_SEED")) : 6;
	static struct model models[2]; /* TCP, UDP */

	(void)s;
	print_message("# seed %u\n", seed);
	srandom(seed);
	make_pair("a1", "a2");
	memset(models, 0, sizeof(models));
	for (int i = 0; i < MODEL_CONNECTIONS; i++)
		models[0].handles[i] = models[1].handles[i] =
			handle_on((const char *[]){ HOST_DEVICE, "a1", "a2" }[i]);
	for (int step = 0; step < MODEL_STEPS; step++) {
		uint32_t first = 1 + random() % MODEL_PORTS;
		uint32_t last = random() % 4 ? first : first + random() % (MODEL_PORTS + 1 - first);
		int udp = random() % 2;

		change(&models[udp], first, last, udp ? UDP : TCP);
		agrees(&models[udp], step % MODEL_CONNECTIONS, udp ? UDP : TCP, step);
	}
	for (int i = 0; i < MODEL_CONNECTIONS; i++)
		release(&models[0].handles[i]);
}

/*
 * Each writer has a setting of a connection for himself. All of them meet in the same
 * entries, and at first in the making of the state and the choice of places in it.
 */
#define WRITERS 8
#define WRITERS_PORTS 64
#define WRITERS_ROUNDS 100
#define FIRST_PORT 1000

static bool wanted(uint32_t port, int writer)
{
	return (port >> (writer % 3) ^ writer) & 1;
}

static int write_settings(int writer)
{
	const struct setting *setting = writer % 2 ? &setting_ignored : &setting_open;
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;
	char device[16];

	snprintf(device, sizeof(device), "a%d", 1 + writer / 2);
	if (NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)) ||
	    NETFWV6_FAILED(netfwv6_mgr_get_connection(mgr, device, &connection)))
		return 1;
	for (int round = 0; round <= WRITERS_ROUNDS; round++)
		for (uint32_t port = FIRST_PORT; port < FIRST_PORT + WRITERS_PORTS; port++) {
			bool on =
				round == WRITERS_ROUNDS ? wanted(port, writer) : (port + round) % 2;

			if (NETFWV6_FAILED(
				    (on ? setting->set : setting->clear)(connection, port, TCP)))
				return 2;
		}
	return 0;
}

static void assert_no_writer_lost(void)
{
	char device[16];

	for (int writer = 0; writer < WRITERS; writer++) {
		struct handle handle;

		snprintf(device, sizeof(device), "a%d", 1 + writer / 2);
		handle = handle_on(device);
		for (uint32_t port = FIRST_PORT; port < FIRST_PORT + WRITERS_PORTS; port++)
			if (is_set(writer % 2 ? &setting_ignored : &setting_open, handle.connection,
				   port, TCP) != wanted(port, writer))
				fail_msg("port %u of writer %d lost an update", port, writer);
		release(&handle);
	}
}

static void writers_of_all_connections_lose_no_update(void **s)
{
	pid_t children[WRITERS];

	(void)s;
	make_devices("a", WRITERS / 2);
	for (int writer = 0; writer < WRITERS; writer++) {
		children[writer] = fork();
		if (children[writer] == 0)
			_exit(write_settings(writer));
	}
	for (int writer = 0; writer < WRITERS; writer++) {
		int status;

		waitpid(children[writer], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_no_writer_lost();
	assert_int_equal(settled(), WRITERS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_of_both(without_state_nothing_is_set),
		test_of_both(clearing_without_state_makes_none),
		test_of_both(one_port_of_one_protocol_is_set_and_cleared),
		test_of_both(the_first_and_the_last_port_can_be_set),
		test_of_both(setting_and_clearing_are_idempotent),
		test_of_both(a_range_has_both_its_ends),
		test_of_both(all_ports_can_be_set_and_cleared),
		test_of_both(it_is_this_connections_alone),
		test(no_setting_changes_another),
		test(ignoring_a_closed_port_counts_once_it_opens),
		test_of_both(another_handle_sees_it_at_once),
		test_of_both(it_outlives_handle_and_device),
		test_of_both(a_handle_outlives_its_device),
		test(bad_arguments_are_refused_and_change_nothing),
		test_of_both(bad_ranges_are_refused),
		test_of_both(null_pointers_are_refused),
		test(random_changes_agree_with_a_model),
		test(writers_of_all_connections_lose_no_update),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
