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

#include "state/pins.h"
#include "state/state.h"

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

/* As root_open(), for a caller who holds the administration lock; makes what is missing. */
netfwv6_result root_create(struct root *root, struct policy *policy);

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

/* Removes a state with all ports, to which nothing may be attached. Likewise. */
void root_remove(struct root *root, struct policy *policy);

/* Where there is no state: removes what a killed maker or remover left of one. Likewise. */
void root_clear_remains(struct root *root);

/* E_ACCESSDENIED, and why a state that is ROOT_READABLE cannot be changed. */
netfwv6_result root_read_only(const struct root *root);

/*
 * A state that was allocated as zeros, held once. Takes dir over, also when it fails. 0 or
 * -errno. Who else holds it retains it; the last one to release it frees it. NULL is allowed.
 */
int state_init(struct state *state, char *dir);
struct state *state_retain(struct state *state);
void state_release(struct state *state);

/* Opens what there is, unless it is open and current: see root_open(). With the mutex held. */
netfwv6_result state_open(struct state *state);

#endif
