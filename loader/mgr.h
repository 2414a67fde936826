/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a manager handle holds, for the files of the library.
 *
 * Shared, concurrent state          who changes it             guarded by
 *   policy.entries (port table)     any thread, any process    atomics; see policy.h
 *   policy.generation               the thread that remaps     root_mutex; read without
 *   root (descriptors, record)      any thread of the handle   root_mutex
 *   names map                       openers of ports           names lock (flock)
 *   attachments, links, counts      administrators             administration lock (flock)
 *
 * Order: root_mutex, administration lock, names lock.
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

#endif
