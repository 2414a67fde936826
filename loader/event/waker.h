/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wakes who reads a stream: for its records, and for the moment when it has to be renewed. */
#ifndef NETFWV6_WAKER_H
#define NETFWV6_WAKER_H

#include <stdint.h>

#include "netfwv6.h"

struct waker {
	int epoll; /* readable when there are records, or the moment has come; -1: closed */
	int timer;
};

#define WAKER_CLOSED ((struct waker){ -1, -1 })

/* For a ring buffer's descriptor. The moment has come at first. */
netfwv6_result waker_open(struct waker *waker, int ring);
void waker_close(struct waker *waker);

/* Sets the moment: CLOCK_MONOTONIC, nanoseconds. */
void waker_set(const struct waker *waker, uint64_t moment);

#endif
