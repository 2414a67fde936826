/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection handle holds, for the files of the library. */
#ifndef NETFWV6_CONNECTION_H
#define NETFWV6_CONNECTION_H

#include "api/call.h"
#include "device/attached_device.h"

struct netfwv6_connection {
	struct state *state;
	char name[DEVICE_NAME_SIZE];
	bool loopback; /* which is never filtered */
	bool ahead;    /* the device need not be here */
};

/* NULL of NULL. */
static inline struct state *state_of_connection(const struct netfwv6_connection *connection)
{
	return connection ? connection->state : NULL;
}

/*
 * Looks at the connection's device, with the mutex held from here to the call's end and the state
 * opened for reading. A null connection is E_POINTER.
 */
netfwv6_result connection_look(struct call *call, const struct netfwv6_connection *connection,
			       struct attached_device *seen);

#endif
