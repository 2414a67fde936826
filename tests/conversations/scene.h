/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A scene for each test of conversations: a world of its own, more namespaces and
 * links where a test needs them, the switch, and what the firewall remembers.
 */
#ifndef CONVERSATIONS_SCENE_H
#define CONVERSATIONS_SCENE_H

#include "world.h"

/* Every test has a world of its own: what one leaves in a socket table, no other sees. */
int scene_setup(void **unused);
int scene_teardown(void **unused);

#define scene(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

/* Link-local addresses, usable at once: those that the kernel makes wait a second or two. */
#define HOST_LINK_LOCAL "fe80::1:1"
#define PEER_LINK_LOCAL "fe80::1:2"

/* Where the calling thread's sockets and commands are, from now on. */
void enter_namespace(const char *netns);

/* A further namespace, its loopback up; it goes with the scene. Returns its name. */
const char *make_namespace(const char *label);

/*
 * A veth pair with an end in each namespace, both up, with the given addresses and
 * prefix lengths; NULL for none.
 */
struct end {
	const char *netns, *device, *address;
};
void make_link(struct end a, struct end b);

/* Tries a command in a namespace; the test fails unless it succeeds. */
const char *must_in(const char *netns, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Waits until a command succeeds there. */
void wait_in(const char *netns, const char *command);

/* netfwv6 with these arguments, in the host. */
void firewall(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Entries of "tcp", "tcp_answers", "udp" or "udp_answers" in the flow tables. */
uint64_t flows_used(const char *table);
uint64_t flows_capacity(const char *table);

/* Entries in all of them whose remote end has that address. */
unsigned int flows_with(const char *remote);

/*
 * Shortens silence: every flow is as much older as if that long nothing had been said.
 * Sockets do not notice.
 */
void let_pass(unsigned int seconds);

/* The mark that says: this side has sent from the local port. */
bool in_use(uint16_t port, uint32_t protocol);
void set_in_use(uint16_t port, uint32_t protocol, bool mark);

/*
 * The marks of conversations: that of a port and a remote end, where NULL is any, and how
 * many stamps there are in all: MARK_STAMPS_EACH of a conversation, or fewer by chance.
 */
bool is_marked(uint32_t protocol, const char *remote, uint16_t remote_port, uint16_t port);
unsigned int stamps(void);

/* Waits until a device dropped so many packets, whatever the reasons. */
void wait_for_drops(const char *device, uint64_t n);

/*
 * Counts the TCP and UDP packets that get from a device into the stack of a namespace,
 * also those that the stack would find no use for.
 */
void watch_stack(const char *netns, const char *device);
uint64_t reached_stack(const char *netns);

#endif
