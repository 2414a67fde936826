/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares what can be read with the model. Every reading call is made by one of the managers. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include "model.h"
#include "perform.h"
#include "random.h"

struct check {
	struct model *model;
	struct handles *handles;
	struct random *random;
	uint64_t passed, dropped; /* packets */
};

/* A manager to read with, and its long-lived handle of a connection. */
struct netfwv6_mgr *check_mgr(struct check *c);
struct netfwv6_connection *check_connection(struct check *c, unsigned int name);

/* Everything about one port on one connection. */
void check_port(struct check *c, unsigned int name, uint32_t protocol, uint32_t port);

/* An attempt to connect to the port, on a device that is firewalled. */
void check_packet(struct check *c, const struct device *d, uint32_t protocol, uint32_t port);

/* What is attached to a name's device, and what is configured. */
void check_status(struct check *c, unsigned int name);

/* The state as a whole. */
void check_state(struct check *c);

/* What is read of it, printed, read and applied again changes nothing. */
void check_policy(struct check *c);

#endif
