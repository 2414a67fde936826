/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a manager handle holds, for the files of the library.
 *
 * Shared, concurrent state          who changes it             guarded by
 *   policy.entries (port table)     any thread, any process    atomics; see policy.h
 *   policy.generation               the thread that remaps     root_mutex; read without
 *   root (descriptors, record)      any thread of the handle   root_mutex
 *   names, slots maps               setters of ports           names lock (flock)
 *   attachments, configured,        administrators             administration lock (flock)
 *     links, counts
 *
 * Order: administration lock, names lock. root_mutex is held when they are asked for, and let
 * go of while they are waited for, so it has no place in the order.
 */
#ifndef NETFWV6_MGR_H
#define NETFWV6_MGR_H

#include <pthread.h>

#include "netfwv6.h"
#include "policy.h"
#include "root.h"

struct netfwv6_mgr {
	struct policy policy;
	pthread_mutex_t root_mutex;
	struct root root;
	int administration; /* the administration lock, while a thread has it */
	netfwv6_log_fn log;
	void *log_context;
};

enum mgr_intent {
	MGR_READ,  /* anything that exists will do */
	MGR_CLOSE, /* a missing state is fine for those who could make it */
	MGR_OPEN,  /* a missing state is made */
};

/*
 * Opens the state anew for the intent, with root_mutex held. After success for
 * MGR_CLOSE and MGR_OPEN the state is writable and not retired, or for MGR_CLOSE
 * absent.
 */
netfwv6_result mgr_refresh(struct netfwv6_mgr *mgr, enum mgr_intent intent);

/*
 * Opens the state for writing with the administration lock held, too: makes it with these
 * flags where there is none, and makes it anew where its port table is retired.
 */
netfwv6_result mgr_create(struct netfwv6_mgr *mgr, uint32_t flags);

/* Tells the handle's owner one line, if he wants to hear it. */
void mgr_log(const struct netfwv6_mgr *mgr, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
