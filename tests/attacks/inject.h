/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole frames, put into any device of the peer. */
#ifndef ATTACKS_INJECT_H
#define ATTACKS_INJECT_H

#include <stdint.h>

/*
 * Puts a datagram to the host into a device, from an address of the peer's network that
 * number chooses. The socket that it goes by has peer0's index as its mark.
 */
void inject(const char *device, uint16_t port, uint32_t number);

#endif
