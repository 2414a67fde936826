/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small programs besides those under test. Each is a descriptor; the test fails if one does not load. */
#ifndef PACKET_ASSEMBLED_H
#define PACKET_ASSEMBLED_H

#include <stddef.h>
#include <stdint.h>

/* What comes out behind the guard. */
struct observed {
	uint64_t packets;
	uint64_t secret; /* the first 8 bytes of the latest one's metadata; 0 without */
};

/* For the ingress hook: notes every packet in a map of one struct observed, and drops it. */
int load_observer(int map);

/* For the ingress hook: takes an outer IPv6 header off, and leaves the rest to the next program. */
int load_decapsulator(void);

/* For XDP: passes every packet, with so many bytes of metadata that begin with a secret. */
int load_forger(size_t size, uint64_t secret);

#endif
