/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device whose frames start with the IP header, fed by hand. */
#ifndef TESTS_TUN_H
#define TESTS_TUN_H

#include <stdint.h>

/* Skips the test where there is no /dev/net/tun. The device goes with the descriptor. */
int make_tun(const char *name);

/* A datagram of six bytes to the host comes in by it. */
void write_udp(int tun, uint16_t port, const char *text);

#endif
