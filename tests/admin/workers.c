// SPDX-License-Identifier: LGPL-2.1-or-later
#include "workers.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world.h"

struct shared *shared;

struct bit bit_at(uint32_t index)
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
			       netfwv6_connection_ignore_global_port(connection, port, protocol,
								     NULL) :
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
									   protocol, NULL) :
				    netfwv6_connection_observe_global_ports(connection, first, last,
									    protocol);
	}
}

bool ask(const struct handles *handles, struct bit bit)
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

void make_anchors(void)
{
	must("%s -q open %d/tcp --name anchor && %s -q open %d/tcp --dev fw0 --name own && "
	     "%s -q ignore %d/tcp --dev fw1",
	     netfwv6(), ANCHOR, netfwv6(), ANCHOR, netfwv6(), ANCHOR);
}

void expect_anchor_name(const struct handles *handles)
{
	struct netfwv6_port_enum *ports;
	struct netfwv6_port port = {};

	expect_ok(netfwv6_mgr_enumerate_globally_open_ports(
		handles->mgr, &(struct netfwv6_port_range){ ANCHOR, NEVER, TCP }, &ports));
	expect_ok(netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &port, NULL));
	expect(port.port == ANCHOR && strcmp(port.name, "anchor") == 0);
	expect(netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &port, NULL) ==
	       NETFWV6_S_FALSE);
	netfwv6_port_enum_free(ports);
}

void expect_anchors(const struct handles *handles)
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
							 TCP, NEVER - ANCHOR + 1, rules));
	expect(rules[0] == NETFWV6_RULE_OPEN_HERE && rules[1] == NETFWV6_RULE_CLOSED);
	expect_ok(netfwv6_connection_get_effective_range(handles->connections[1], ANCHOR, NEVER,
							 TCP, NEVER - ANCHOR + 1, rules));
	expect(rules[0] == NETFWV6_RULE_CLOSED && rules[1] == NETFWV6_RULE_CLOSED);
}

void work(void *context)
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
void watch(void *unused)
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

	expect_ok(netfwv6_mgr_enumerate_globally_open_ports(
		handles->mgr, &(struct netfwv6_port_range){ FIRST_SWEPT, LAST_SWEPT, UDP },
		&ports));
	expect_ok(netfwv6_port_enum_count(ports, &n));
	netfwv6_port_enum_free(ports);
	return n;
}

void sweep(void *unused)
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

uint32_t calls_of_all(void)
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

void administer(void *unused)
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
