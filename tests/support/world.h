/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A little world for one test program: a host with a firewall and a peer, in two
 * network namespaces joined by a veth pair, and a state root of its own.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <netfwv6.h>

#define HOST_DEVICE "fw0"
#define HOST_ADDRESS "2001:db8::1"
#define PEER_DEVICE "peer0"
#define PEER_ADDRESS "2001:db8::2"

struct world {
	char host[48], peer[48]; /* names of the network namespaces */
	char state[64];		 /* the state root; also in NETFWV6_STATE */
	uint32_t mode;		 /* enum netfwv6_mode that a test of modes enables its devices in */
};
extern struct world world;

/*
 * Names of what a test makes outside itself are nf6-LABEL-ID. No later process has the same
 * ID, and it tells tests/sweep whether whoever made the thing still lives.
 */
const char *own_id(void);

/* Group fixtures for cmocka. After setup the process is in the host's namespace. */
int world_setup(void **unused);
int world_teardown(void **unused);

/* A test's fixture: no device but fw0, none firewalled, no port open, nothing set. */
int world_reset(void **unused);

#define test(function) cmocka_unit_test_setup(function, world_reset)

/* Moves the calling thread. */
void enter_host(void);
void enter_peer(void);
void enter_outside(void);

struct output {
	int status; /* exit status, or 128 + signal */
	char out[65536], err[8192];
};

/* Runs a shell command where the calling thread is. What the last four gave is there. */
const struct output *run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same as another user. */
struct user;
const struct output *run_as(const struct user *user, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* As run(); the test fails unless it exits with 0. Returns its stdout. */
const char *must(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The command under test, with whatever wrapper the runner set ($NETFWV6). */
const char *netfwv6(void);

/* Waits until the condition holds; the test fails with the sentence if it never does. */
void wait_until(bool (*holds)(void *), void *context, const char *sentence);

/* A device learns at once that its link is there, which it may else do a little later. */
void settle(const char *netns, const char *device);

/* Opens a manager on the world's state; the test closes it. */
struct netfwv6_mgr *open_mgr(void);

/* The connection of a device. */
struct netfwv6_connection *connection_of(struct netfwv6_mgr *mgr, const char *device);

/* Asserts success and shows the detail otherwise. */
#define assert_ok(call) assert_result(call, NETFWV6_S_OK)
#define assert_result(call, wanted)                                                                \
	do {                                                                                       \
		netfwv6_result got_ = (call);                                                      \
		if (got_ != (wanted))                                                              \
			fail_msg("%s: %s (%s), wanted %s", #call, netfwv6_result_name(got_),       \
				 netfwv6_detail(), netfwv6_result_name(wanted));                   \
	} while (0)

/* Packets counted on a device under a reason. */
uint64_t packets(const char *device, const char *reason);

/* Everything that a device dropped, whatever the reason. */
uint64_t dropped(const char *device);

/* Waits until so many packets were counted. */
void wait_for_packets(const char *device, const char *reason, uint64_t n);

/* Removes the state: nothing may be attached by then, and nothing is left of it. */
void remove_state(void);

#endif
