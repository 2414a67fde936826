/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a BPF ring buffer one record at a time: unlike libbpf's reader, which calls back
 * and forgets, this one leaves a record in the buffer until it is told that it was dealt
 * with. The layout is the kernel's ABI (kernel/bpf/ringbuf.c, Documentation/bpf/ringbuf.rst).
 */
#ifndef NETFWV6_RING_H
#define NETFWV6_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
	int fd; /* of the map; readable when there are records */
	uint64_t mask;
	uint64_t *consumer;
	const uint64_t *producer;
	const unsigned char *data;
	uint64_t next; /* what the consumer position will be after the present record */
};

/* Maps the ring buffer behind fd, which is taken over. 0, or -errno; fd is closed then. */
int ring_open(struct ring *ring, int fd, uint32_t size);
void ring_close(struct ring *ring);

/* The next record, after the present one has been let go; null when there is none now. */
const void *ring_next(struct ring *ring, size_t *size);

#endif
