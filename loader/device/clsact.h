/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our filters in a device's clsact qdisc, for kernels without TCX. A filter is found by its
 * place: the hook, the priority, and a handle made of the state root's serial number, as
 * several state roots may be at one device. Errors are errno values.
 */
#ifndef NETFWV6_CLSACT_H
#define NETFWV6_CLSACT_H

#include <stdbool.h>
#include <stdint.h>

struct clsact {
	uint32_t ifindex;
	bool ingress; /* else egress */
	uint64_t serial;
};

/*
 * Attaches, or replaces what is attached. Makes the qdisc where there is none; at ingress the
 * older "ingress" qdisc will do. ENOTSUP: the device has that one, and no egress hook.
 */
int clsact_attach(const struct clsact *at, int program);

/* Detaches, if attached, and removes the qdisc if we made it and nobody else uses it. */
int clsact_detach(const struct clsact *at);

/* The id of the attached program, 0 for none. */
uint32_t clsact_program(const struct clsact *at);

#endif
