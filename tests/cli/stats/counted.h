/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets that are counted exactly, from anyone: crafted ones, as sockets send again. */
#ifndef STATS_COUNTED_H
#define STATS_COUNTED_H

#include "wire.h"
#include "world.h"

/* A test's fixture: nothing firewalled, no port open, ports not counted, no state. */
int stats_reset(void **unused);
#define counted(function) cmocka_unit_test_setup(function, stats_reset)

/* To the host's device from the peer, n each; returns when all were counted there. */
void shoot_udp(uint16_t port, size_t n);
void shoot_syn(uint16_t port, size_t n);
void shoot_udp_from(const char *source, uint16_t port, size_t n);

/* One from each of n sources: 2001:db8::1:0:1 and on. */
void shoot_from_many(uint16_t port, size_t n);

/* One to each of the ports from 1 to n, UDP. */
void shoot_ports(size_t n);

/* A frame that says it is IPv6 and is not. */
void shoot_bad_version(void);

#endif
