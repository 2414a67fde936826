/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life cycle of a state root: a directory on a bpffs that holds everything of one
 * network namespace, pinned (see pins.h).
 *
 * Who makes, attaches, detaches or removes holds the administration lock, a file
 * that only root can open; it outlives every state root.
 *
 * All functions are called with the manager's lock held.
 */
#ifndef NETFWV6_ROOT_H
#define NETFWV6_ROOT_H

#include <stdbool.h>

#include "anchor.h"
#include "layout.h"
#include "netfwv6.h"
#include "pins.h"
#include "policy.h"

enum root_state {
	ROOT_ABSENT,   /* never configured, or removed */
	ROOT_READABLE, /* the maps are open for reading */
	ROOT_WRITABLE, /* the maps are open for writing and policy is mapped */
};

struct root {
	char *name;	 /* the state directory */
	const char *dir; /* where its pins are reached: there, or where they are kept */
	char kept[ANCHOR_PATH_SIZE];
	enum root_state state;
	int map[PINS_HELD]; /* descriptors by enum pin, -1 when absent */
	bool frozen;	    /* somebody froze the port table: not even root can change it */
	struct root_record record;
	int lock;	 /* the state's own, with the administration lock; -1 for none */
	int anchor_lock; /* that of all places of states, likewise */
};

/* dir is taken over. */
void root_init(struct root *root, char *dir);
void root_destroy(struct root *root);

/*
 * Opens what is pinned, as far as the caller may, unless it is open and current; a
 * missing state is no failure. The port table may be retired. For root, a state directory
 * that was unmounted is mounted again.
 */
netfwv6_result root_open(struct root *root, struct policy *policy);

/*
 * Of a state that is open: mounts the state directory again if it was unmounted, for root.
 * False: it was not, or could not be. What is open stays so all the same.
 */
bool root_put_back(struct root *root);

/*
 * As root_open(), for a caller who holds the administration lock; makes what is missing, with
 * these flags.
 */
netfwv6_result root_create(struct root *root, struct policy *policy, uint32_t flags);

/* Opens what is pinned, whichever network namespace it serves. */
netfwv6_result root_open_any(struct root *root, struct policy *policy);

/* Makes the open, writable state serve the calling process's network namespace. */
netfwv6_result root_adopt(struct root *root);

/*
 * Reads the record anew: other handles may have changed it. To be called before anything
 * is decided by it, with the administration lock held.
 */
netfwv6_result root_reread(struct root *root);

/* Writes the record, which has been changed. */
netfwv6_result root_write_record(const struct root *root);

/* E_ABORT unless the state serves the calling process's network namespace. */
netfwv6_result root_check_namespace(const struct root *root);

/* E_UNEXPECTED when there is no state, but links that filter all the same. For root. */
netfwv6_result root_check_absent(const struct root *root);

/*
 * Tells all handles that the port table is about to be replaced or removed; and that it is
 * in force, the old one or its successor. The caller holds the administration lock.
 */
void root_retire(const struct root *root, struct policy *policy);
void root_revive(const struct root *root, struct policy *policy);

void root_close(struct root *root, struct policy *policy);

/*
 * Removes a state that holds nothing and need not be kept: no device is attached or
 * configured, no port has a setting; or what is left of one. The caller holds the
 * administration lock.
 */
void root_remove_if_empty(struct root *root, struct policy *policy);

/* Removes a state with all ports, to which nothing may be attached. Likewise. */
void root_remove(struct root *root, struct policy *policy);

/* E_ACCESSDENIED, and why a state that is ROOT_READABLE cannot be changed. */
netfwv6_result root_read_only(const struct root *root);

#endif
