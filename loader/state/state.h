/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A network namespace's state, as one handle has it.
 *
 * Shared, concurrent state          who changes it             guarded by
 *   policy.entries (port table)     any thread, any process    atomics; see policy.h
 *   policy.generation               the thread that remaps     mutex; read without
 *   root (descriptors, record)      any thread of the handle   mutex
 *   names, slots maps               setters of ports           names lock (flock)
 *   attachments, configured,        administrators             administration lock (flock)
 *     links, counts
 *
 * Order: administration lock, names lock. mutex is held when they are asked for, and let
 * go of while they are waited for, so it has no place in the order.
 */
#ifndef NETFWV6_STATE_H
#define NETFWV6_STATE_H

#include <pthread.h>
#include <stdbool.h>

#include "layout.h"
#include "netfwv6.h"
#include "state/pin_kinds.h"
#include "state/policy.h"
#include "util/error.h"
#include "util/log.h"

#define ANCHOR_PATH_SIZE 128

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

struct state {
	struct policy policy;
	pthread_mutex_t mutex;
	struct root root;
	int administration; /* the administration lock, while a thread has it */
	struct log_sink log;
	struct kept_failure failure; /* of the last call of those that hold it that failed */
	_Atomic uint32_t holders;    /* the manager, and whatever came of it */
};

/* Holds the mutex; with CLEANUP(state_let_go) until the scope's end. */
static inline struct state *state_hold(struct state *state)
{
	pthread_mutex_lock(&state->mutex);
	return state;
}

static inline void state_let_go(struct state *const *held)
{
	if (*held)
		pthread_mutex_unlock(&(*held)->mutex);
}

/* Tells the handle's owner one line, if it wants to hear it. */
#define state_log(state, ...) log_line(&(state)->log, __VA_ARGS__)

#endif
