// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Processes of two users change the same ports at once, and some are killed. NETFWV6_SEED
 * and NETFWV6_ROUNDS choose other calls, or more of them.
 */
#include <stdlib.h>
#include <string.h>

#include "devices.h"
#include "history.h"
#include "workers.h"
#include "world.h"

#define DEFAULT_ROUNDS 8

/* ---- A round -------------------------------------------------------------------------- */

static const struct user *user_of(size_t worker)
{
	return worker % 2 ? &member : &root_user;
}

static void start_workers(void)
{
	memset(shared, 0, sizeof(*shared));
	shared->seed = random();
	for (size_t i = 0; i < WORKERS; i++) {
		struct worker *worker = &shared->workers[i];

		worker->seed = random();
		worker->due = i < VICTIMS ? 1 + random() % DUE_LIMIT : UINT32_MAX;
	}
	for (size_t i = 0; i < WORKERS; i++)
		shared->workers[i].pid = start_job(user_of(i), work, &shared->workers[i]);
}

/* Kills a worker whose time has come. False while the round has to wait for it. */
static bool is_through(size_t i)
{
	struct worker *worker = &shared->workers[i];

	if (worker->died)
		return true;
	assert_running(worker->pid);
	if (worker->calls < worker->due)
		return i >= VICTIMS && worker->calls >= CALLS_MIN;
	end_child(worker->pid);
	worker->died = ++shared->ticket;
	return true;
}

#define OTHERS 3 /* processes that are no workers */

static bool is_over(void *others)
{
	bool over = shared->actions >= ACTIONS_MIN && shared->watched;

	for (int i = 0; i < OTHERS; i++)
		assert_running(((pid_t *)others)[i]);
	for (size_t i = 0; i < WORKERS; i++)
		over = is_through(i) && over;
	return over;
}

static void play_round(void)
{
	pid_t others[OTHERS];

	start_workers();
	others[0] = start_job(&root_user, administer, NULL);
	others[1] = start_job(&nobody, watch, NULL);
	others[2] = start_job(&member, sweep, NULL);
	wait_until(is_over, others, "everybody made his calls, or was killed");
	shared->stop = true;
	for (size_t i = 0; i < WORKERS; i++)
		if (!shared->workers[i].died)
			finish(shared->workers[i].pid);
	for (int i = 0; i < OTHERS; i++)
		finish(others[i]);
}

/* ---- What must hold after it ------------------------------------------------------------ */

/* The bits as the library tells them, with the names of open ports. */
struct state {
	bool set[BITS];
	char names[BITS][NETFWV6_NAME_MAX + 1];
};

static struct netfwv6_port_enum *enumerate(const struct handles *handles, struct bit bit)
{
	struct netfwv6_connection *connection = handles->connections[bit.device];
	struct netfwv6_port_enum *ports;

	if (bit.setting == GLOBAL_OPEN)
		assert_ok(netfwv6_mgr_enumerate_globally_open_ports(handles->mgr, NULL, &ports));
	else if (bit.setting == OWN_OPEN)
		assert_ok(netfwv6_connection_enumerate_open_ports(connection, NULL, &ports));
	else
		assert_ok(netfwv6_connection_enumerate_ignored_global_ports(connection, NULL,
									    &ports));
	return ports;
}

static void read_state(struct state *state)
{
	struct handles handles;

	open_handles(&handles);
	memset(state, 0, sizeof(*state));
	for (uint32_t i = 0; i < BITS; i++) {
		struct bit bit = bit_at(i);
		struct netfwv6_port_enum *ports = enumerate(&handles, bit);
		struct netfwv6_port port;

		while (netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &port, NULL) ==
		       NETFWV6_S_OK)
			if (port.port == bit.port && port.protocol == bit.protocol) {
				state->set[i] = true;
				strcpy(state->names[i], port.name);
			}
		netfwv6_port_enum_free(ports);
		assert_int_equal(ask(&handles, bit), state->set[i]);
	}
	close_handles(&handles);
}

/* The changes of a bit, what held at first in front. The caller frees them. */
static struct change *changes_of(uint32_t bit, const struct state *first, size_t *n)
{
	struct change *changes = malloc((WORKERS * CALLS + 1) * sizeof(*changes));

	assert_non_null(changes);
	changes[0] = (struct change){ first->set[bit], true, first->names[bit], 0, 0 };
	*n = 1;
	for (size_t w = 0; w < WORKERS; w++)
		for (uint32_t i = 0; i < CALLS && shared->workers[w].call[i].before; i++) {
			struct call *call = &shared->workers[w].call[i];

			if (bit < call->bit || bit >= call->bit + call->ports)
				continue;
			changes[(*n)++] = (struct change){
				.sets = call->sets,
				.certain = call->after,
				.name = call->name,
				.before = call->before,
				.after = call->after ?: shared->workers[w].died,
			};
		}
	return changes;
}

static void show_changes(const struct change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		print_message("# %s%s '%s' between %llu and %llu\n",
			      changes[i].sets ? "set" : "cleared",
			      changes[i].certain ? "" : " perhaps", changes[i].name,
			      (unsigned long long)changes[i].before,
			      (unsigned long long)changes[i].after);
}

static void judge_bit(uint32_t index, const struct state *first, const struct state *last)
{
	struct bit bit = bit_at(index);
	size_t n;
	struct change *changes = changes_of(index, first, &n);
	bool right = may_end(changes, n, last->set[index]);

	if (right && last->set[index] && bit.setting != IGNORED)
		right = may_be_named(changes, n, last->names[index]);
	if (!right)
		show_changes(changes, n);
	free(changes);
	if (!right)
		fail_msg("no order of the calls explains setting %d of port %u/%u on %s: %d, '%s'",
			 bit.setting, bit.port, bit.protocol, devices[bit.device], last->set[index],
			 last->names[index]);
}

static bool is_set(const struct state *state, enum setting setting, size_t device, uint32_t port,
		   uint32_t protocol)
{
	for (uint32_t i = 0; i < BITS; i++) {
		struct bit bit = bit_at(i);

		if (bit.setting == setting && bit.port == port && bit.protocol == protocol &&
		    (setting == GLOBAL_OPEN || bit.device == device))
			return state->set[i];
	}
	fail_msg("no such bit");
	return false;
}

static uint32_t rule_of(const struct state *state, size_t device, uint32_t port, uint32_t protocol)
{
	if (is_set(state, OWN_OPEN, device, port, protocol))
		return NETFWV6_RULE_OPEN_HERE;
	if (is_set(state, GLOBAL_OPEN, 0, port, protocol) &&
	    !is_set(state, IGNORED, device, port, protocol))
		return NETFWV6_RULE_OPEN_GLOBAL;
	return NETFWV6_RULE_CLOSED;
}

/* Verdicts go by the bits, those of the library and those on packets. */
static void assert_verdicts(const struct state *state)
{
	static const uint16_t ports[PORTS] = { FIRST_PORT, FIRST_PORT + 1, FIRST_PORT + 2 };
	struct handles handles;

	open_handles(&handles);
	for (size_t device = 0; device < DEVICES; device++) {
		bool firewalled = is_firewalled(device);
		uint32_t wanted = 0;

		for (uint32_t i = 0; i < PORTS * 2; i++) {
			uint32_t port = FIRST_PORT + i % PORTS, protocol = i < PORTS ? UDP : TCP;
			uint32_t rule = rule_of(state, device, port, protocol), got = 0;

			assert_ok(netfwv6_connection_get_effective(handles.connections[device],
								   port, protocol, &got));
			assert_int_equal(got, rule);
			if (i < PORTS && (rule < NETFWV6_RULE_CLOSED || !firewalled))
				wanted |= 1u << i;
		}
		assert_int_equal(arrivals(device, ports, PORTS), wanted);
	}
	close_handles(&handles);
}

/* ---- No lock is left -------------------------------------------------------------------- */

static void expect_connection_calls(struct netfwv6_connection *connection)
{
	expect_ok(netfwv6_connection_open_port(connection, 7001, TCP, "one"));
	expect_ok(netfwv6_connection_open_ports(connection, 7001, 7010, UDP, "ten"));
	expect_ok(netfwv6_connection_ignore_global_port(connection, 7001, TCP, NULL));
	expect_ok(netfwv6_connection_ignore_global_ports(connection, 7001, 7010, UDP, NULL));
	expect_ok(netfwv6_connection_close_port(connection, 7001, TCP));
	expect_ok(netfwv6_connection_close_ports(connection, 7001, 7010, UDP));
	expect_ok(netfwv6_connection_observe_global_port(connection, 7001, TCP));
	expect_ok(netfwv6_connection_observe_global_ports(connection, 7001, 7010, UDP));
}

static void expect_port_calls(void *unused)
{
	struct handles handles;

	(void)unused;
	open_handles(&handles);
	expect_ok(netfwv6_mgr_open_global_port(handles.mgr, 7001, TCP, NULL));
	expect_ok(netfwv6_mgr_open_global_ports(handles.mgr, 7001, 7010, UDP, "ten"));
	expect_ok(netfwv6_mgr_close_global_port(handles.mgr, 7001, TCP));
	expect_ok(netfwv6_mgr_close_global_ports(handles.mgr, 7001, 7010, UDP));
	for (size_t i = 0; i < DEVICES; i++)
		expect_connection_calls(handles.connections[i]);
	expect_anchors(&handles);
	expect_anchor_name(&handles);
	close_handles(&handles);
}

static void expect_every_call(void *unused)
{
	struct netfwv6_initialize_options rebuild = { .sz = sizeof(rebuild), .rebuild = true };
	struct handles handles;

	expect_port_calls(unused);
	open_handles(&handles);
	expect_ok(netfwv6_connection_enable_firewall(handles.connections[1], NULL));
	expect_ok(netfwv6_connection_disable_firewall(handles.connections[2]));
	expect_ok(netfwv6_mgr_initialize(handles.mgr, NULL));
	expect_ok(netfwv6_mgr_initialize(handles.mgr, &rebuild));
	expect(netfwv6_mgr_remove(handles.mgr) == NETFWV6_E_ABORT); /* fw0 is firewalled */
	close_handles(&handles);
}

/* ---- The tests -------------------------------------------------------------------------- */

static void make_state(void)
{
	devices_reset(NULL);
	must("%s -q init --group %d && %s -q enable fw0 && %s -q enable fw1", netfwv6(),
	     ADMINISTRATORS, netfwv6(), netfwv6());
	make_anchors();
	must("%s -q open %d/tcp --name first && %s -q ignore %d --dev fw0", netfwv6(), FIRST_PORT,
	     netfwv6(), FIRST_PORT + 1);
}

/* How many were killed inside a call, and how many calls came to their end. */
static void count_round(uint32_t *inside, uint32_t *calls)
{
	for (size_t i = 0; i < WORKERS; i++) {
		struct worker *worker = &shared->workers[i];

		*calls += worker->calls;
		*inside += worker->calls < CALLS && worker->call[worker->calls].before &&
			   !worker->call[worker->calls].after;
	}
}

static int number_from(const char *variable, int otherwise)
{
	return getenv(variable) ? atoi(getenv(variable)) : otherwise;
}

static void processes_of_two_users_agree(void **s)
{
	int seed = number_from("NETFWV6_SEED", 4), rounds = number_from("NETFWV6_ROUNDS", 0);
	uint32_t inside = 0, calls = 0, actions = 0;
	struct state first, last;

	(void)s;
	rounds = rounds > 0 && rounds < 1000 ? rounds : DEFAULT_ROUNDS;
	print_message("# seed %d\n", seed);
	srandom(seed);
	shared = shared_memory(sizeof(*shared));
	for (int i = 0; i < rounds; i++) {
		if (i % 2 == 0)
			make_state();
		read_state(&first);
		play_round();
		read_state(&last);
		for (uint32_t bit = 0; bit < BITS; bit++)
			judge_bit(bit, &first, &last);
		assert_verdicts(&last);
		count_round(&inside, &calls);
		actions += shared->actions;
		as_user(&member, expect_port_calls, NULL);
		as_user(&root_user, expect_every_call, NULL);
		assert_state_files(ADMINISTRATORS);
	}
	print_message("# %d rounds: %u calls, %u actions; %u of %d killed inside a call\n", rounds,
		      calls, actions, inside, rounds * VICTIMS);
	assert_true(inside > 0); /* else the kills would say nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(processes_of_two_users_agree, devices_reset),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
