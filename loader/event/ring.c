// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* The consumer's page, which we write; the producer's and the data, twice in a row. */
int ring_open(struct ring *ring, int fd, uint32_t size)
{
	void *consumer, *producer;
	int error;

	consumer = mmap(NULL, page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (consumer == MAP_FAILED) {
		error = -errno;
		close(fd);
		return error;
	}
	producer = mmap(NULL, page() + 2 * (size_t)size, PROT_READ, MAP_SHARED, fd, (off_t)page());
	if (producer == MAP_FAILED) {
		error = -errno;
		munmap(consumer, page());
		close(fd);
		return error;
	}
	*ring = (struct ring){ .fd = fd,
			       .mask = size - 1,
			       .consumer = consumer,
			       .producer = producer,
			       .data = (unsigned char *)producer + page() };
	ring->next = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);
	return 0;
}

void ring_close(struct ring *ring)
{
	munmap(ring->consumer, page());
	munmap((void *)ring->producer, page() + 2 * (ring->mask + 1));
	close(ring->fd);
}

static uint64_t space_of(uint32_t length)
{
	return (length + BPF_RINGBUF_HDR_SZ + 7u) / 8 * 8;
}

const void *ring_next(struct ring *ring, size_t *size)
{
	__atomic_store_n(ring->consumer, ring->next, __ATOMIC_RELEASE);
	while (ring->next < __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE)) {
		const unsigned char *record = ring->data + (ring->next & ring->mask);
		uint32_t header = __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
		uint32_t length = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (header & BPF_RINGBUF_BUSY_BIT)
			return NULL; /* being written */
		ring->next += space_of(length);
		if (!(header & BPF_RINGBUF_DISCARD_BIT)) {
			*size = length;
			return record + BPF_RINGBUF_HDR_SZ;
		}
		__atomic_store_n(ring->consumer, ring->next, __ATOMIC_RELEASE);
	}
	return NULL;
}
