// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#define TABLE_SIZE (PORT_ENTRIES * sizeof(uint64_t))

/* Maps fd, or the stand-in for -1, at an address of the kernel's choice. */
static uint64_t *map_anywhere(int fd)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	uint64_t *entries = mmap(NULL, TABLE_SIZE, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (entries == MAP_FAILED)
		return NULL;
	if (fd < 0)
		entries[RETIRED_ENTRY] = ENTRY_RETIRED;
	return entries;
}

int policy_init(struct policy *policy)
{
	atomic_init(&policy->generation, 0);
	policy->entries = map_anywhere(-1);
	return policy->entries ? 0 : -errno;
}

void policy_destroy(struct policy *policy)
{
	munmap(policy->entries, TABLE_SIZE);
}

/* After a failed move, which can have unmapped its target. */
static void stand_in_for(struct policy *policy)
{
	uint64_t *entries = mmap(policy->entries, TABLE_SIZE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (entries != MAP_FAILED)
		entries[RETIRED_ENTRY] = ENTRY_RETIRED;
}

int policy_map(struct policy *policy, int fd)
{
	/* Mapped elsewhere first: a refused MAP_FIXED could leave a hole. */
	uint64_t *entries = map_anywhere(fd);
	int error = 0;

	if (!entries)
		return -errno;
	atomic_fetch_add(&policy->generation, 1);
	if (mremap(entries, TABLE_SIZE, TABLE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   policy->entries) == MAP_FAILED) {
		error = -errno;
		munmap(entries, TABLE_SIZE);
		stand_in_for(policy);
	}
	atomic_fetch_add(&policy->generation, 1);
	return error;
}
