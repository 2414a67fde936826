/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state root: a directory on a bpffs that holds everything of one network
 * namespace, pinned.
 *
 *   DIR/root         0644  map: the root record; the state exists while this does
 *   DIR/ports        0644  map: the port table
 *   DIR/names        0644  map: names of open ports
 *   DIR/attachments  0644  map: what is attached, for those who may not see links
 *   DIR/filtered     0644  map: the firewalled devices by ifindex, for the egress programs
 *   DIR/tcp, answer, udp
 *                    0600  maps: the flow tables
 *   DIR/lock         0700  directory, flock()ed by those who open ports
 *   DIR/links/ID     0600  a device's XDP link by its id, in a directory of mode 0700
 *   DIR/egress/ID    0600  a device's egress link, likewise (kernels with TCX)
 *   DIR/counts/ID    0644  map: the counters of that link's program
 *
 * Who makes, attaches, detaches or removes holds the administration lock, a file
 * that only root can open; it outlives every state root.
 *
 * All functions but root_path() are called with the manager's lock held.
 */
#ifndef NETFWV6_ROOT_H
#define NETFWV6_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "netfwv6.h"
#include "policy.h"

enum root_state {
	ROOT_ABSENT,   /* never configured, or removed */
	ROOT_READABLE, /* the maps are open for reading */
	ROOT_WRITABLE, /* the maps are open for writing and policy is mapped */
};

struct root {
	char *dir;
	enum root_state state;
	int ports, names, attachments, filtered; /* map descriptors, -1 when absent */
	bool frozen; /* somebody froze the port table: not even root can change it */
	struct root_record record;
};

#define PIN_PATH_SIZE 512

/* dir is taken over. */
void root_init(struct root *root, char *dir);
void root_destroy(struct root *root);

/* DIR/a, or DIR/a/b. The buffer has PIN_PATH_SIZE bytes, enough for every pin. */
char *root_path(const struct root *root, char *path, const char *a, const char *b);

/*
 * Opens what is pinned, as far as the caller may, unless it is open and current; a
 * missing state is no failure.
 */
netfwv6_result root_open(struct root *root, struct policy *policy);

/* The same, for a caller who holds the administration lock; makes what is missing. */
netfwv6_result root_create(struct root *root, struct policy *policy);

/* Opens what is pinned, whichever network namespace it serves. */
netfwv6_result root_open_any(struct root *root, struct policy *policy);

/* Makes the open, writable state serve the calling process's network namespace. */
netfwv6_result root_adopt(struct root *root);

void root_close(struct root *root, struct policy *policy);

/*
 * Removes a state that holds nothing: no device, no open port; or what is left of
 * one. The caller holds the administration lock.
 */
void root_remove_if_empty(struct root *root, struct policy *policy);

/* The flow tables. */
#define ROOT_FLOW_TABLES 3
struct root_flow_table {
	const char *name, *map;
	uint32_t capacity;
};
const struct root_flow_table *root_flow_table(int table);
netfwv6_result root_open_flows(const struct root *root, int table, int *fd);

/* E_ACCESSDENIED, and why a state that is ROOT_READABLE cannot be changed. */
netfwv6_result root_read_only(const struct root *root);

#endif
