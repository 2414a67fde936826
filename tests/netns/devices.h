/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that are firewalled, and what the kernel and the state root say of them. */
#ifndef NETNS_DEVICES_H
#define NETNS_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "connections.h"

bool state_is_there(void);

int pins_in(const char *folder);

/* How many devices have something pinned: links, counters. */
int devices_with_pins(void);

/* The program that the kernel shows in front at a device of a namespace: XDP, else the guard. */
uint32_t program_on(const char *netns, const char *device);

/* In portable order: many kernels rename only what is down. */
void rename_device(const char *from, const char *to);

/* A device that is firewalled and has a port open. Returns its program. */
uint32_t make_firewalled(const char *device);

/* The other end of a pair goes to the peer, which reaches the host through it from now on. */
void lead_through(const char *device, const char *other, const char *mac_of);

#endif
