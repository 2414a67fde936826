/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Three devices of the host, each with a peer of its own, and a state root that is new. */
#ifndef TESTS_DEVICES_H
#define TESTS_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netfwv6.h>

#include "users.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP

#define DEVICES 3
extern const char *const devices[DEVICES];

/* Group fixtures. */
int devices_setup(void **unused);
int devices_teardown(void **unused);

/* A test's fixture: ends processes of the last one, and makes devices and state root anew. */
int devices_reset(void **unused);

/* A copy of the command that every user can run, wherever this checkout lies. */
const char *command(void);

/* A manager and the connections of the devices, in a test or in the job of a child. */
struct handles {
	struct netfwv6_mgr *mgr;
	struct netfwv6_connection *connections[DEVICES];
};
void open_handles(struct handles *handles);
void close_handles(struct handles *handles);

/* Address of the host, or of the peer, on the link of a device. */
const char *host_address(size_t device);
const char *peer_address(size_t device);

/* Is the device firewalled? */
bool is_firewalled(size_t device);

/*
 * Sends a datagram to each port through a device and waits until each has arrived or was
 * dropped. Bit i of the answer: what was sent to ports[i] arrived.
 */
uint32_t arrivals(size_t device, const uint16_t *ports, size_t n);

/* Sends a datagram to the peer through a device, from a port of the host's: which one. */
uint16_t query(size_t device);

/*
 * Asks the peer through a device, from a port that is closed, and waits for the answer:
 * did it arrive, or was it dropped?
 */
bool is_answered(size_t device);

/* Is the port marked, in the table that is pinned: the host has sent from it? */
bool is_marked(uint16_t port);

/* Opens a pin of the state root; negative when that fails. */
int open_pin(const char *pin);

/*
 * All files of the state root with modes and owners, one a line, as "ports 664 0 64000".
 * The names of pins that are ids read "ID". Valid until the next run().
 */
const char *state_files(void);

/* Fails the test unless the files are those of a state that was given to the group. */
void assert_state_files(gid_t group);

#endif
