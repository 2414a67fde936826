/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes steps happen: calls of the library, and events in the kernel. */
#ifndef TESTS_PERFORM_H
#define TESTS_PERFORM_H

#include "model.h"

#define MANAGERS 2u

/* The handles that live as long as the test. */
struct handles {
	struct netfwv6_mgr *managers[MANAGERS];
	struct netfwv6_connection *connections[MANAGERS][NAMES];
};

/* All names have devices. */
void handles_open(struct handles *h);
void handles_close(struct handles *h);

/* Makes the call and returns what it returned. */
netfwv6_result perform_call(const struct handles *h, const struct step *s);

/*
 * Makes the event happen to a device, which was like that before. Returns its ifindex
 * afterwards, 0 if it is not here.
 */
uint32_t perform_event(const struct step *s, const struct device *before);

#endif
