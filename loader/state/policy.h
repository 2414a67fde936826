/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The port table in this process's memory.
 *
 * The mapping keeps its address for the life of the handle; what lies under it
 * is replaced in place. Invariants:
 *   1. An entry is only ever changed by one atomic OR or AND.
 *   2. A table that is not the state root's current one carries the retired
 *      mark, or the generation has moved on. Where no table can be mapped, an
 *      anonymous page with the mark stands in.
 *   3. So a change is done if, after its atomic operation, the mark is absent
 *      and the generation is the one from before; else it is repeated after
 *      policy has been mapped anew. Every change is idempotent.
 *   4. Who may write the table could take the mark away, also when he was expelled. So
 *      root's handles go by the state's own generation, too, which only root can write.
 * Only policy_map() writes the generation; its caller holds the manager's lock.
 */
#ifndef NETFWV6_POLICY_H
#define NETFWV6_POLICY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "events.h"
#include "layout.h"

struct policy {
	uint64_t *entries;	     /* TABLE_ENTRIES of them */
	const struct control *state; /* of whoever may map it, else a stand-in of zeros */
	_Atomic uint32_t mapped;     /* the state's generation when the table was mapped */
	_Atomic uint32_t generation; /* odd while the mapping is being replaced */
};

/* Maps the stand-in. 0 or -errno. */
int policy_init(struct policy *policy);
void policy_destroy(struct policy *policy);

/*
 * Maps the table behind fd for writing, or the stand-in for -1, in place of what is
 * mapped; likewise the state's record behind state, whose generation was read before the
 * table was opened. 0, or -errno and what was mapped or the stand-ins are.
 */
int policy_map(struct policy *policy, int fd, int state, uint32_t generation);

static inline uint64_t policy_load(const struct policy *policy, uint32_t entry)
{
	return __atomic_load_n(&policy->entries[entry], __ATOMIC_SEQ_CST);
}

/* Sets a bit that is never cleared. */
static inline void policy_note(struct policy *policy, uint32_t word, uint64_t bit)
{
	if (!(policy_load(policy, word) & bit))
		__atomic_fetch_or(&policy->entries[word], bit, __ATOMIC_SEQ_CST);
}

static inline void policy_mark_in_use(struct policy *policy, uint32_t entry)
{
	policy_note(policy, SUMMARY_WORD(entry), BITMAP_BIT(entry));
	policy_note(policy, entry, ENTRY_IN_USE);
}

/* The summary first: so who has settings is summed up, too. */
static inline void policy_announce(struct policy *policy, uint32_t entry)
{
	if (policy_load(policy, SETTINGS_WORD(entry)) & BITMAP_BIT(entry))
		return;
	policy_note(policy, SUMMARY_WORD(entry), BITMAP_BIT(entry));
	policy_note(policy, SETTINGS_WORD(entry), BITMAP_BIT(entry));
}

/* Counts a change, of an entry that differs from what it was before in these bits. */
static inline void policy_count(struct policy *policy, uint64_t changed)
{
	if (changed)
		__atomic_fetch_add(&policy->entries[CHANGES_WORD], 1, __ATOMIC_RELAXED);
}

static inline void policy_set(struct policy *policy, uint32_t entry, uint64_t bits)
{
	policy_announce(policy, entry);
	policy_count(policy,
		     bits & ~__atomic_fetch_or(&policy->entries[entry], bits, __ATOMIC_SEQ_CST));
}

static inline void policy_clear(struct policy *policy, uint32_t entry, uint64_t bits)
{
	policy_count(policy,
		     bits & __atomic_fetch_and(&policy->entries[entry], ~bits, __ATOMIC_SEQ_CST));
}

static inline bool policy_retired(const struct policy *policy)
{
	uint32_t state = __atomic_load_n(&policy->state->generation, __ATOMIC_SEQ_CST);

	return policy_load(policy, RETIRED_ENTRY) & ENTRY_RETIRED || state & 1 ||
	       state != atomic_load(&policy->mapped);
}

/* Taken before a change or a read, asked after it: see invariant 3. */
static inline uint32_t policy_begin(const struct policy *policy)
{
	return atomic_load(&policy->generation);
}

static inline bool policy_current(const struct policy *policy, uint32_t begun)
{
	return !policy_retired(policy) && !(begun & 1) && atomic_load(&policy->generation) == begun;
}

#endif
