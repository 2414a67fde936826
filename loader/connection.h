/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection handle holds, for the files of the library. */
#ifndef NETFWV6_CONNECTION_H
#define NETFWV6_CONNECTION_H

#include "attachments.h"
#include "device.h"
#include "mgr.h"

struct netfwv6_connection {
	struct netfwv6_mgr *mgr;
	char name[DEVICE_NAME_SIZE];
	bool loopback; /* which is never filtered */
};

/* A device as it is now, and what this state has attached to it. */
struct attached_device {
	struct device device; /* ifindex 0: there is none of that name here */
	struct device_xdp xdp;
	struct attachment ours;
};

/* Looks at the connection's device, if there is one. With root_mutex held and the state opened. */
netfwv6_result connection_look(const struct netfwv6_connection *connection,
			       struct attached_device *seen);

/*
 * Opens the state for reading and looks. On success root_mutex is held, and the
 * caller unlocks it. A null connection is E_POINTER.
 */
netfwv6_result connection_lock(struct netfwv6_connection *connection, struct attached_device *seen);

#endif
