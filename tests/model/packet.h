/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets through the programs that are attached to devices, without sending any. */
#ifndef TESTS_PACKET_H
#define TESTS_PACKET_H

#include <stdbool.h>
#include <stdint.h>

/* The ids of the programs that take what comes in, or 0. */
struct hooked {
	uint32_t xdp, guard;
};

/* Of the device in the calling thread's network namespace. */
struct hooked programs_on(uint32_t ifindex);

/*
 * Does the program pass an attempt to connect to the port, from an address that nothing
 * here has ever talked to? Behind a flood, which in_flood makes first, it should do the same.
 * The test fails when it neither passes nor drops it.
 */
bool program_passes(uint32_t program_id, uint32_t protocol, uint16_t port, bool in_flood);

/* Does the XDP program drop such an attempt once there are more than it may leave to the guard? */
bool program_asks(uint32_t program_id, uint32_t protocol, uint16_t port);

#endif
