/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stream of events holds. */
#ifndef NETFWV6_STREAM_H
#define NETFWV6_STREAM_H

#include <sys/types.h>

#include "event/ring.h"
#include "event/waker.h"
#include "state/control.h"
#include "state/state.h"

struct netfwv6_events {
	struct state *state;
	struct control *control;
	struct ring ring;
	struct waker waker;
	uint32_t tap;
	uint64_t lease;	     /* what is recorded of it; not of the log's */
	pid_t owner;	     /* whose it is: of two that came out of a fork, who reads it */
	uint32_t drop_bit;   /* 0: no drops */
	bool ended;	     /* it was not read for too long */
	int watch;	     /* the link that tells of connections, -1 for none */
	int lock;	     /* of the log's reader, -1 for other streams */
	ino_t control_inode; /* tells this state root's control from a later one's */
	uint64_t renewed;
	int64_t offset; /* from CLOCK_MONOTONIC to CLOCK_REALTIME */
	struct {
		uint32_t ifindex;
		char name[NETFWV6_DEVICE_SIZE];
	} device; /* the last one that was asked for */
};

/* Tells the state's control from that of a later state; 0 where there is none. */
ino_t stream_control_inode(const struct state *state);

/* Lets go of what the stream holds, and frees it. With the state's mutex held. */
void stream_release(struct netfwv6_events *events);

#endif
