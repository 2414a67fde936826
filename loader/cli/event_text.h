/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events as lines for people. */
#ifndef NETFWV6_CLI_EVENT_TEXT_H
#define NETFWV6_CLI_EVENT_TEXT_H

#include <netfwv6.h>

#include "bytes.h"

/*
 * Appends one line: time, action, device, protocol, source, destination, TCP flags, bytes,
 * reason and words. "-" stands for what is not known. Nothing in it controls a terminal.
 */
void put_event_text(struct bytes *out, const struct netfwv6_event *event);

#endif
