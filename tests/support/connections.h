/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections by their devices' names: what they are told and asked, and what their
 * programs make of it. Each call opens a manager and a handle of its own.
 */
#ifndef TESTS_CONNECTIONS_H
#define TESTS_CONNECTIONS_H

#include "ports.h"
#include "world.h"

struct handle {
	struct netfwv6_mgr *mgr;
	struct netfwv6_connection *connection;
};
struct handle handle_on(const char *device);
void release(struct handle *handle);

/* A veth pair in the host's namespace, both ends up. world_reset() removes it. */
void make_pair(const char *device, const char *other);

/* So many devices in pairs, named PREFIX1, PREFIX2 ... */
void make_devices(const char *prefix, int n);

/* ---- The switch --------------------------------------------------------------- */

/* With the command, and with the library; in the mode of the test, unless options name one. */
void enable(const char *device);
void switch_on(const char *device);
void switch_on_with(const char *device, struct netfwv6_enable_options options);
void switch_off(const char *device);
bool firewalled(const char *device);
struct netfwv6_connection_status status_of(const char *device);

/* ---- Settings ----------------------------------------------------------------- */

void set_global(uint32_t port, uint32_t protocol, bool open);
void open_on(const char *device, uint32_t port, uint32_t protocol);
void close_on(const char *device, uint32_t port, uint32_t protocol);
void ignore_on(const char *device, uint32_t port, uint32_t protocol);
void observe_on(const char *device, uint32_t port, uint32_t protocol);
void clear_settings_of(const char *device);

/* The first setting of a connection: what there is to be had, or not. */
netfwv6_result try_open_on(const char *device, uint32_t port, uint32_t protocol);

bool is_open_on(const char *device, uint32_t port, uint32_t protocol);
bool is_ignored_on(const char *device, uint32_t port, uint32_t protocol);

/* Which rule decides, an enum netfwv6_rule. */
uint32_t rule_on(const char *device, uint32_t port, uint32_t protocol);

/* How many connections have settings. */
uint32_t settled(void);

/* ---- Packets ------------------------------------------------------------------ */

/*
 * Do the programs that a firewalled device with an Ethernet header has at this moment let an
 * attempt in that nobody here asked for: a SYN, or a datagram? They have to agree.
 */
bool admits(const char *device, uint32_t port, uint32_t protocol);

#endif
