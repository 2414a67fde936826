/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that are firewalled, and what the kernel and the state root say of them. */
#ifndef NETNS_DEVICES_H
#define NETNS_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "connections.h"

bool state_is_there(void);

int pins_in(const char *folder);

/* The XDP program that the kernel shows on a device of a namespace; 0 for none. */
uint32_t program_on(const char *netns, const char *device);

/* In portable order: many kernels rename only what is down. */
void rename_device(const char *from, const char *to);

/* A device that is firewalled and has a port open. Returns its program. */
uint32_t make_firewalled(const char *device);

#endif
