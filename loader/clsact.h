/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our filter in a device's clsact qdisc, for kernels without TCX. It is found by its
 * place: the priority, and a handle made of the state root's serial number, as several
 * state roots may learn from one device. Errors are errno values.
 */
#ifndef NETFWV6_CLSACT_H
#define NETFWV6_CLSACT_H

#include <stdint.h>

/*
 * Attaches, or replaces what is attached. Makes the qdisc where there is none. ENOTSUP:
 * the device has the older "ingress" qdisc, which would take the filter for one of its own.
 */
int clsact_attach(uint32_t ifindex, int program, uint64_t serial);

/* Detaches, if attached, and removes the qdisc if we made it and nobody else uses it. */
int clsact_detach(uint32_t ifindex, uint64_t serial);

/* The id of the attached program, 0 for none. */
uint32_t clsact_program(uint32_t ifindex, uint64_t serial);

#endif
