/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events as JSON, one object a line. */
#ifndef NETFWV6_CLI_EVENT_JSON_H
#define NETFWV6_CLI_EVENT_JSON_H

#include <netfwv6.h>

#include "bytes.h"

/* Appends an object with a newline. All of its fields are there; null is what is not known. */
void put_event_json(struct bytes *out, const struct netfwv6_event *event);

/* {"missed":{"suppressed":n,"lost":n}} */
void put_missed_json(struct bytes *out, const struct netfwv6_missed_events *missed);

#endif
