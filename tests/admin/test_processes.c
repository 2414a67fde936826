// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Processes of two users change the same ports at once, and some are killed. NETFWV6_SEED
 * and NETFWV6_ROUNDS choose other calls, or more of them.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "history.h"
#include "world.h"

#define DEFAULT_ROUNDS 8
#define WORKERS 8
#define VICTIMS 4	/* the first ones; workers are root and member by turns */
#define CALLS 16384	/* room of a worker's record */
#define QUOTA 2000	/* a worker's calls for each of the administrator's */
#define DUE_LIMIT 3000	/* a victim is killed in one of its first so many calls */
#define CALLS_MIN 2000	/* of each survivor in a round */
#define ACTIONS_MIN 6	/* of the administrator in a round */
#define ACTION_EVERY 60 /* calls of all workers */

#define FIRST_PORT 8001
#define PORTS 3
#define NAME_SIZE 24

/* What a bit of the port table says. */
enum setting { GLOBAL_OPEN, OWN_OPEN, IGNORED };
struct bit {
	enum setting setting;
	size_t device; /* unless it is global */
	uint32_t port, protocol;
};
#define SETTINGS (1 + 2 * DEVICES)
#define BITS (SETTINGS * PORTS * 2)

struct call {
	uint32_t bit, ports; /* the first bit; how many ports from it on */
	bool sets;
	char name[NAME_SIZE]; /* of an opening */
	_Atomic uint64_t before, after;
};

struct worker {
	pid_t pid;
	unsigned int seed, due;
	uint64_t died; /* ticket */
	_Atomic uint32_t calls;
	struct call call[CALLS];
};

/* Shared with the children. */
static struct {
	_Atomic uint64_t ticket;
	_Atomic uint32_t actions, watched;
	_Atomic bool stop;
	unsigned int seed;
	struct worker workers[WORKERS];
} * shared;

/* Neighbours among the ports of a setting are neighbours among the bits. */
static struct bit bit_at(uint32_t index)
{
	uint32_t setting = index / PORTS / 2;

	return (struct bit){
		.setting = setting == 0	      ? GLOBAL_OPEN :
			   setting <= DEVICES ? OWN_OPEN :
						IGNORED,
		.device = setting ? (setting - 1) % DEVICES : 0,
		.port = FIRST_PORT + index % PORTS,
		.protocol = index / PORTS % 2 ? UDP : TCP,
	};
}

/* ---- What a worker does -------------------------------------------------------------- */

static netfwv6_result change_port(const struct handles *handles, struct bit bit,
				  const struct call *call)
{
	struct netfwv6_connection *connection = handles->connections[bit.device];
	struct netfwv6_mgr *mgr = handles->mgr;
	uint32_t port = bit.port, protocol = bit.protocol;

	switch (bit.setting) {
	case GLOBAL_OPEN:
		return call->sets ? netfwv6_mgr_open_global_port(mgr, port, protocol, call->name) :
				    netfwv6_mgr_close_global_port(mgr, port, protocol);
	case OWN_OPEN:
		return call->sets ? netfwv6_connection_open_port(connection, port, protocol,
								 call->name) :
				    netfwv6_connection_close_port(connection, port, protocol);
	default:
		return call->sets ?
			       netfwv6_connection_ignore_global_port(connection, port, protocol) :
			       netfwv6_connection_observe_global_port(connection, port, protocol);
	}
}

static netfwv6_result change_ports(const struct handles *handles, struct bit bit,
				   const struct call *call)
{
	struct netfwv6_connection *connection = handles->connections[bit.device];
	uint32_t first = bit.port, last = bit.port + call->ports - 1, protocol = bit.protocol;
	struct netfwv6_mgr *mgr = handles->mgr;

	switch (bit.setting) {
	case GLOBAL_OPEN:
		return call->sets ? netfwv6_mgr_open_global_ports(mgr, first, last, protocol,
								  call->name) :
				    netfwv6_mgr_close_global_ports(mgr, first, last, protocol);
	case OWN_OPEN:
		return call->sets ?
			       netfwv6_connection_open_ports(connection, first, last, protocol,
							     call->name) :
			       netfwv6_connection_close_ports(connection, first, last, protocol);
	default:
		return call->sets ? netfwv6_connection_ignore_global_ports(connection, first, last,
									   protocol) :
				    netfwv6_connection_observe_global_ports(connection, first, last,
									    protocol);
	}
}

static bool ask(const struct handles *handles, struct bit bit)
{
	struct netfwv6_connection *connection = handles->connections[bit.device];
	bool answer = false;

	if (bit.setting == GLOBAL_OPEN)
		expect_ok(netfwv6_mgr_is_port_globally_open(handles->mgr, bit.port, bit.protocol,
							    &answer));
	else if (bit.setting == OWN_OPEN)
		expect_ok(netfwv6_connection_is_port_open(connection, bit.port, bit.protocol,
							  &answer));
	else
		expect_ok(netfwv6_connection_is_global_port_ignored(connection, bit.port,
								    bit.protocol, &answer));
	return answer;
}

static void make_call(const struct handles *handles, struct worker *worker)
{
	struct call *call = &worker->call[worker->calls];
	struct bit bit;

	call->bit = random() % BITS;
	call->sets = random() % 2;
	bit = bit_at(call->bit);
	call->ports = random() % 8 ? 1 : 1 + random() % (FIRST_PORT + PORTS - bit.port);
	if (call->sets && random() % 4)
		snprintf(call->name, sizeof(call->name), "%u.%u", worker->seed, worker->calls);
	call->before = ++shared->ticket;
	expect_ok(call->ports == 1 ? change_port(handles, bit, call) :
				     change_ports(handles, bit, call));
	call->after = ++shared->ticket;
	worker->calls++;
}

/*
 * A bit of the worker's own for each setting, where it finds what it has left: its last
 * change is not lost. The other bits of that port are other workers'.
 */
#define OWN_PORT 8100

static struct bit own_bit(size_t index, uint32_t setting)
{
	struct bit bit = bit_at(setting * PORTS * 2);

	bit.port = OWN_PORT + (index + setting) % WORKERS;
	return bit;
}

static void change_own(const struct handles *handles, size_t index, bool *left)
{
	uint32_t setting = random() % SETTINGS;
	struct call call = { .sets = random() % 2, .name = "own", .ports = 1 };
	struct bit bit = own_bit(index, setting);

	expect(ask(handles, bit) == left[setting]);
	expect_ok(change_port(handles, bit, &call));
	left[setting] = call.sets;
}

static void clear_own(const struct handles *handles, size_t index)
{
	for (uint32_t setting = 0; setting < SETTINGS; setting++)
		expect_ok(change_port(handles, own_bit(index, setting), &(struct call){}));
}

/* Settings that nobody touches: at every moment they are as they were made at first. */
#define ANCHOR 9001 /* open globally; open on fw0; ignored on fw1 */
#define NEVER 9002

static void make_anchors(void)
{
	must("%s -q open %d/tcp --name anchor && %s -q open %d/tcp --dev fw0 --name own && "
	     "%s -q ignore %d/tcp --dev fw1",
	     netfwv6(), ANCHOR, netfwv6(), ANCHOR, netfwv6(), ANCHOR);
}

static void expect_anchor_name(const struct handles *handles)
{
	struct netfwv6_port_enum *ports;
	struct netfwv6_port port = {};

	expect_ok(netfwv6_mgr_enumerate_globally_open_port_range(handles->mgr, ANCHOR, NEVER, TCP,
								 &ports));
	expect_ok(netfwv6_port_enum_next(ports, 1, &port, NULL));
	expect(port.port == ANCHOR && strcmp(port.name, "anchor") == 0);
	expect(netfwv6_port_enum_next(ports, 1, &port, NULL) == NETFWV6_S_FALSE);
	netfwv6_port_enum_free(ports);
}

static void expect_anchors(const struct handles *handles)
{
	bool global = false, own = false, ignored = false, never = true;
	uint32_t rules[2] = {};

	expect_ok(netfwv6_mgr_is_port_globally_open(handles->mgr, ANCHOR, TCP, &global));
	expect_ok(netfwv6_mgr_is_port_globally_open(handles->mgr, NEVER, TCP, &never));
	expect_ok(netfwv6_connection_is_port_open(handles->connections[0], ANCHOR, TCP, &own));
	expect_ok(netfwv6_connection_is_global_port_ignored(handles->connections[1], ANCHOR, TCP,
							    &ignored));
	expect(global && own && ignored && !never);
	expect_ok(netfwv6_connection_get_effective_range(handles->connections[0], ANCHOR, NEVER,
							 TCP, rules));
	expect(rules[0] == NETFWV6_RULE_OPEN_HERE && rules[1] == NETFWV6_RULE_CLOSED);
	expect_ok(netfwv6_connection_get_effective_range(handles->connections[1], ANCHOR, NEVER,
							 TCP, rules));
	expect(rules[0] == NETFWV6_RULE_CLOSED && rules[1] == NETFWV6_RULE_CLOSED);
}

static void work(void *context)
{
	struct worker *worker = context;
	size_t index = worker - shared->workers;
	bool left[SETTINGS] = {};
	struct handles handles;

	srandom(worker->seed);
	open_handles(&handles);
	clear_own(&handles, index);
	while (!shared->stop) {
		if (worker->calls >= CALLS || worker->calls >= QUOTA * (shared->actions + 1)) {
			sched_yield();
			continue;
		}
		make_call(&handles, worker);
		if (random() % 4 == 0)
			change_own(&handles, index, left);
		if (random() % 16 == 0)
			expect_anchors(&handles);
		if (random() % 64 == 0)
			expect_anchor_name(&handles);
	}
	close_handles(&handles);
}

/* Somebody who may only read, with new handles each time. */
static void watch(void *unused)
{
	struct handles handles;

	(void)unused;
	while (!shared->stop) {
		open_handles(&handles);
		expect_anchors(&handles);
		expect_anchor_name(&handles);
		expect_anchors(&handles);
		close_handles(&handles);
		shared->watched++;
	}
}

/* Long ranges, so that a rebuild begins in their midst. */
#define FIRST_SWEPT 20000
#define LAST_SWEPT 59999

static size_t count_swept(const struct handles *handles)
{
	struct netfwv6_port_enum *ports;
	size_t n = 0;

	expect_ok(netfwv6_mgr_enumerate_globally_open_port_range(handles->mgr, FIRST_SWEPT,
								 LAST_SWEPT, UDP, &ports));
	expect_ok(netfwv6_port_enum_count(ports, &n));
	netfwv6_port_enum_free(ports);
	return n;
}

static void sweep(void *unused)
{
	struct handles handles;

	(void)unused;
	open_handles(&handles);
	while (!shared->stop) {
		expect_ok(netfwv6_mgr_open_global_ports(handles.mgr, FIRST_SWEPT, LAST_SWEPT, UDP,
							NULL));
		expect(count_swept(&handles) == LAST_SWEPT - FIRST_SWEPT + 1);
		expect_ok(
			netfwv6_mgr_close_global_ports(handles.mgr, FIRST_SWEPT, LAST_SWEPT, UDP));
		expect(count_swept(&handles) == 0);
	}
	close_handles(&handles);
}

/* ---- What the administrator does ------------------------------------------------------ */

static uint32_t calls_of_all(void)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < WORKERS; i++)
		sum += shared->workers[i].calls;
	return sum;
}

static void act(const struct handles *handles)
{
	struct netfwv6_initialize_options rebuild = { .sz = sizeof(rebuild), .rebuild = true };
	struct netfwv6_initialize_options group = { .sz = sizeof(group),
						    .set_group = true,
						    .group = ADMINISTRATORS };
	struct netfwv6_connection *connection = handles->connections[1 + random() % 2];

	expect_ok(netfwv6_mgr_initialize(handles->mgr, &group)); /* which it has */
	switch (shared->actions % 2 ? random() % 4 : 4) {
	case 0:
	case 1:
		expect_ok(netfwv6_connection_enable_firewall(connection, NULL));
		break;
	case 2:
		expect_ok(netfwv6_connection_disable_firewall(connection));
		break;
	case 3:
		expect_ok(netfwv6_mgr_initialize(handles->mgr, NULL));
		break;
	default:
		expect_ok(netfwv6_mgr_initialize(handles->mgr, &rebuild));
	}
	shared->actions++;
}

static void administer(void *unused)
{
	struct handles handles;
	uint32_t next = 0;

	(void)unused;
	srandom(shared->seed);
	open_handles(&handles);
	while (!shared->stop) {
		if (calls_of_all() >= next) {
			act(&handles);
			next = calls_of_all() + ACTION_EVERY;
		}
		sched_yield();
	}
	close_handles(&handles);
}

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
		assert_ok(netfwv6_mgr_enumerate_globally_open_ports(handles->mgr, &ports));
	else if (bit.setting == OWN_OPEN)
		assert_ok(netfwv6_connection_enumerate_open_ports(connection, &ports));
	else
		assert_ok(netfwv6_connection_enumerate_ignored_global_ports(connection, &ports));
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

		while (netfwv6_port_enum_next(ports, 1, &port, NULL) == NETFWV6_S_OK)
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
	expect_ok(netfwv6_connection_ignore_global_port(connection, 7001, TCP));
	expect_ok(netfwv6_connection_ignore_global_ports(connection, 7001, 7010, UDP));
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

/* ---- The judge itself ---------------------------------------------------------------------- */

#define CLOSED_AT_FIRST                                                                            \
	{                                                                                          \
		false, true, "", 0, 0                                                              \
	}
#define OPEN_AT_FIRST                                                                              \
	{                                                                                          \
		true, true, "first", 0, 0                                                          \
	}
#define CHANGES 5

static const struct verdict {
	const char *sentence;
	struct change changes[CHANGES];
	bool may_be_closed, may_be_open;
	const char *names; /* that an open port may have, of first, a and b */
} verdicts[] = {
	{ "nothing happened to a closed port", { CLOSED_AT_FIRST }, true, false, "" },
	{ "nothing happened to an open port", { OPEN_AT_FIRST }, false, true, "first" },
	{ "opened", { CLOSED_AT_FIRST, { true, true, "a", 1, 2 } }, false, true, "a" },
	{ "opened an open port",
	  { OPEN_AT_FIRST, { true, true, "a", 1, 2 } },
	  false,
	  true,
	  "first" },
	{ "opened, then closed",
	  { CLOSED_AT_FIRST, { true, true, "a", 1, 2 }, { false, true, "", 3, 4 } },
	  true,
	  false,
	  "" },
	{ "opened and closed at once",
	  { CLOSED_AT_FIRST, { true, true, "a", 1, 3 }, { false, true, "", 2, 4 } },
	  true,
	  true,
	  "a" },
	{ "closed and opened again",
	  { OPEN_AT_FIRST, { false, true, "", 1, 2 }, { true, true, "a", 3, 4 } },
	  false,
	  true,
	  "a" },
	{ "a second opener",
	  { CLOSED_AT_FIRST, { true, true, "a", 1, 2 }, { true, true, "b", 3, 4 } },
	  false,
	  true,
	  "a" },
	{ "two openers at once",
	  { CLOSED_AT_FIRST, { true, true, "a", 1, 3 }, { true, true, "b", 2, 4 } },
	  false,
	  true,
	  "a b" },
	{ "two openers at once, and a closing that ends before the second begins",
	  { CLOSED_AT_FIRST,
	    { true, true, "a", 1, 6 },
	    { false, true, "", 2, 3 },
	    { true, true, "b", 4, 5 } },
	  false,
	  true,
	  "a b" },
	{ "closed between two openers",
	  { CLOSED_AT_FIRST,
	    { true, true, "a", 1, 2 },
	    { false, true, "", 3, 4 },
	    { true, true, "b", 5, 6 } },
	  false,
	  true,
	  "b" },
	{ "an opener was killed",
	  { CLOSED_AT_FIRST, { true, false, "a", 1, 2 } },
	  true,
	  true,
	  "a" },
	{ "a closer was killed",
	  { OPEN_AT_FIRST, { false, false, "", 1, 2 } },
	  true,
	  true,
	  "first" },
	{ "a closer was killed before another opener began",
	  { OPEN_AT_FIRST, { false, false, "", 1, 2 }, { true, true, "b", 3, 4 } },
	  false,
	  true,
	  "first b" },
	{ "an opener died before a closing began",
	  { CLOSED_AT_FIRST, { true, false, "a", 1, 2 }, { false, true, "", 3, 4 } },
	  true,
	  false,
	  "" },
};

static void histories_are_judged(void **s)
{
	static const char *const names[] = { "first", "a", "b" };

	(void)s;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		const struct verdict *wanted = &verdicts[i];
		size_t n = 0;

		while (n < CHANGES && wanted->changes[n].name)
			n++;
		if (may_end(wanted->changes, n, false) != wanted->may_be_closed ||
		    may_end(wanted->changes, n, true) != wanted->may_be_open)
			fail_msg("%s: judged wrongly", wanted->sentence);
		for (size_t name = 0; name < 3; name++)
			if (may_be_named(wanted->changes, n, names[name]) !=
			    (strstr(wanted->names, names[name]) != NULL))
				fail_msg("%s, named '%s': judged wrongly", wanted->sentence,
					 names[name]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histories_are_judged),
		cmocka_unit_test_setup(processes_of_two_users_agree, devices_reset),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
