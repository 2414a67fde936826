/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frames that loads are made of. */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX 256

#define SYN 0x02
#define ACK 0x10

/* From the far end of contender id's link to its host: see scripts/bench/contenders. */
struct frame_spec {
	unsigned int id;
	int version;		      /* 6, or 4 for IPv4 */
	int protocol;		      /* IPPROTO_TCP or IPPROTO_UDP */
	int options;		      /* destination options headers in front of it */
	uint16_t source, destination; /* ports, host byte order */
	uint8_t tcp_flags;
	uint32_t sequence, acknowledgement; /* host byte order */
};

/* Builds it with all checksums right, and returns its length. */
size_t frame_build(const struct frame_spec *spec, unsigned char frame[FRAME_MAX]);

#endif
