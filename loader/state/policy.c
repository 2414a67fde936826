// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/policy.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#define TABLE_SIZE (TABLE_ENTRIES * sizeof(uint64_t))

/* Maps fd, or zeros for -1, at an address of the kernel's choice. */
static void *map_anywhere(int fd, size_t size, int protection)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *mapped = mmap(NULL, size, protection, flags, fd, 0);

	return mapped == MAP_FAILED ? NULL : mapped;
}

static uint64_t *map_table(int fd)
{
	uint64_t *entries = map_anywhere(fd, TABLE_SIZE, PROT_READ | PROT_WRITE);

	if (entries && fd < 0)
		entries[RETIRED_ENTRY] = ENTRY_RETIRED;
	return entries;
}

static struct control *map_state(int fd)
{
	return map_anywhere(fd, sizeof(struct control), PROT_READ);
}

int policy_init(struct policy *policy)
{
	atomic_init(&policy->generation, 0);
	atomic_init(&policy->mapped, 0);
	policy->entries = map_table(-1);
	policy->state = map_state(-1);
	if (policy->entries && policy->state)
		return 0;
	if (policy->entries)
		munmap(policy->entries, TABLE_SIZE);
	if (policy->state)
		munmap((void *)policy->state, sizeof(struct control));
	return -ENOMEM;
}

void policy_destroy(struct policy *policy)
{
	munmap(policy->entries, TABLE_SIZE);
	munmap((void *)policy->state, sizeof(struct control));
}

/* After a failed move, which can have unmapped its target. */
static void stand_in_for(void *target, size_t size, int protection)
{
	mmap(target, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* Moves what was mapped elsewhere first, as a refused MAP_FIXED could leave a hole. */
static int move(void *mapped, const void *target, size_t size, int protection)
{
	int error;

	if (mremap(mapped, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, target) != MAP_FAILED)
		return 0;
	error = -errno;
	munmap(mapped, size);
	stand_in_for((void *)target, size, protection);
	return error;
}

int policy_map(struct policy *policy, int fd, int state, uint32_t generation)
{
	uint64_t *entries = map_table(fd);
	struct control *record = entries ? map_state(state) : NULL;
	int error = -errno;

	if (!record) {
		if (entries)
			munmap(entries, TABLE_SIZE);
		return error;
	}
	atomic_fetch_add(&policy->generation, 1);
	error = move(record, policy->state, sizeof(*record), PROT_READ);
	atomic_store(&policy->mapped, generation);
	if (!error)
		error = move(entries, policy->entries, TABLE_SIZE, PROT_READ | PROT_WRITE);
	else
		munmap(entries, TABLE_SIZE);
	if (error)
		policy->entries[RETIRED_ENTRY] = ENTRY_RETIRED;
	atomic_fetch_add(&policy->generation, 1);
	return error;
}
