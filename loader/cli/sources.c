// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sources.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define BUCKETS (2 * SOURCES_MAX)
#define NONE UINT16_MAX

struct entry {
	struct source source;
	uint16_t next;	  /* in its bucket */
	uint16_t at_heap; /* its place there */
};

struct sources {
	uint64_t seed[2]; /* so that senders cannot tell which addresses share a bucket */
	uint16_t buckets[BUCKETS];
	uint16_t heap[SOURCES_MAX]; /* of entries: none has fewer packets than its parent */
	uint16_t count;
	struct entry entries[SOURCES_MAX];
};

struct sources *sources_new(void)
{
	struct sources *sources = calloc(1, sizeof(*sources));

	if (!sources)
		return NULL;
	/* It counts without randomness, too. */
	if (getrandom(sources->seed, sizeof(sources->seed), GRND_NONBLOCK) < 0)
		memset(sources->seed, 0x55, sizeof(sources->seed));
	memset(sources->buckets, 0xff, sizeof(sources->buckets));
	return sources;
}

void sources_free(struct sources *sources)
{
	free(sources);
}

static uint16_t *bucket_of(struct sources *sources, const uint8_t address[16])
{
	uint64_t half[2];
	unsigned __int128 product;

	memcpy(half, address, sizeof(half));
	product = (unsigned __int128)(half[0] ^ sources->seed[0]) * (half[1] ^ sources->seed[1]);
	return &sources->buckets[((uint64_t)product ^ (uint64_t)(product >> 64)) % BUCKETS];
}

static struct entry *find_source(struct sources *sources, const uint8_t address[16])
{
	for (uint16_t i = *bucket_of(sources, address); i != NONE; i = sources->entries[i].next)
		if (memcmp(sources->entries[i].source.address, address, 16) == 0)
			return &sources->entries[i];
	return NULL;
}

static void unlink_entry(struct sources *sources, const struct entry *entry)
{
	uint16_t *link = bucket_of(sources, entry->source.address);

	while (&sources->entries[*link] != entry)
		link = &sources->entries[*link].next;
	*link = entry->next;
}

static void link_entry(struct sources *sources, struct entry *entry)
{
	uint16_t *bucket = bucket_of(sources, entry->source.address);

	entry->next = *bucket;
	*bucket = (uint16_t)(entry - sources->entries);
}

/* ---- The heap: its root has the fewest packets --------------------------------------- */

static uint64_t packets_at(const struct sources *sources, size_t place)
{
	return sources->entries[sources->heap[place]].source.packets;
}

static void put_at(struct sources *sources, size_t place, uint16_t entry)
{
	sources->heap[place] = entry;
	sources->entries[entry].at_heap = (uint16_t)place;
}

static void swap(struct sources *sources, size_t a, size_t b)
{
	uint16_t entry = sources->heap[a];

	put_at(sources, a, sources->heap[b]);
	put_at(sources, b, entry);
}

/* Mends the heap after the entry at a place got more packets. */
static void sink(struct sources *sources, size_t place)
{
	for (;;) {
		size_t least = place;

		for (size_t child = 2 * place + 1; child <= 2 * place + 2; child++)
			if (child < sources->count &&
			    packets_at(sources, child) < packets_at(sources, least))
				least = child;
		if (least == place)
			return;
		swap(sources, place, least);
		place = least;
	}
}

/* Mends the heap after an entry was put at its end. */
static void rise(struct sources *sources, size_t place)
{
	while (place && packets_at(sources, place) < packets_at(sources, (place - 1) / 2)) {
		swap(sources, place, (place - 1) / 2);
		place = (place - 1) / 2;
	}
}

/* ---- Counting ------------------------------------------------------------------------ */

static void add_entry(struct sources *sources, const uint8_t address[16])
{
	uint16_t index = sources->count++;
	struct entry *entry = &sources->entries[index];

	entry->source = (struct source){ .packets = 1, .fresh = 1 };
	memcpy(entry->source.address, address, 16);
	link_entry(sources, entry);
	put_at(sources, index, index);
	rise(sources, index);
}

/* The newcomer may have sent as many as the one that it replaces, unseen. */
static void replace_entry(struct sources *sources, const uint8_t address[16])
{
	struct entry *entry = &sources->entries[sources->heap[0]];
	uint64_t packets = entry->source.packets;

	unlink_entry(sources, entry);
	entry->source = (struct source){ .packets = packets + 1, .error = packets, .fresh = 1 };
	memcpy(entry->source.address, address, 16);
	link_entry(sources, entry);
	sink(sources, 0);
}

void sources_add(struct sources *sources, const uint8_t address[16])
{
	struct entry *entry = find_source(sources, address);

	if (entry) {
		entry->source.packets++;
		entry->source.fresh++;
		sink(sources, entry->at_heap);
	} else if (sources->count < SOURCES_MAX) {
		add_entry(sources, address);
	} else {
		replace_entry(sources, address);
	}
}

void sources_begin(struct sources *sources)
{
	for (uint16_t i = 0; i < sources->count; i++)
		sources->entries[i].source.fresh = 0;
}

static int by_business(const void *left, const void *right)
{
	const struct source *a = left, *b = right;

	if (a->fresh != b->fresh)
		return a->fresh < b->fresh ? 1 : -1;
	if (a->packets != b->packets)
		return a->packets < b->packets ? 1 : -1;
	return memcmp(a->address, b->address, 16);
}

size_t sources_list(const struct sources *sources, struct source list[SOURCES_MAX])
{
	for (uint16_t i = 0; i < sources->count; i++)
		list[i] = sources->entries[i].source;
	qsort(list, sources->count, sizeof(*list), by_business);
	return sources->count;
}
