/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events, from what lies in a ring buffer to what the API gives. */
#ifndef NETFWV6_EVENT_DECODE_H
#define NETFWV6_EVENT_DECODE_H

#include <stddef.h>

#include "netfwv6.h"

/*
 * Decodes a record of size bytes into *event, whose sz is left alone; data points into the
 * record. offset is what CLOCK_REALTIME is ahead of CLOCK_MONOTONIC, in nanoseconds.
 * E_UNEXPECTED: it is of another version, or makes no sense.
 */
netfwv6_result event_decode(const void *record, size_t size, int64_t offset,
			    struct netfwv6_event *event);

#endif
