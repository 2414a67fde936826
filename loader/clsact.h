/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our filter in a device's clsact qdisc, for kernels without TCX. It is found by its
 * place: priority and handle. Errors are errno values.
 */
#ifndef NETFWV6_CLSACT_H
#define NETFWV6_CLSACT_H

#include <stdint.h>

/* Attaches, or replaces what is attached. Makes the qdisc where there is none. */
int clsact_attach(uint32_t ifindex, int program);

/* Detaches, if attached, and removes the qdisc if we made it and nobody else uses it. */
int clsact_detach(uint32_t ifindex);

/* The id of our program on the device, 0 when there is none. */
uint32_t clsact_program(uint32_t ifindex);

#endif
