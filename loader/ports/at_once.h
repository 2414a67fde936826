/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The port table's ranges in this process's memory, without a lock or a system call. Inline,
 * as a call that changes one port consists of little else.
 *
 * Each returns false where the table was not the current one all the time, so that nothing is
 * sure; or where it takes more than that. settings.c has the other way.
 */
#ifndef NETFWV6_AT_ONCE_H
#define NETFWV6_AT_ONCE_H

#include "ports/names.h"
#include "ports/port_table.h"

static inline void clear_bits(struct policy *policy, struct range range, uint64_t bit)
{
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		if (policy_load(policy, i) & bit)
			policy_clear(policy, i, bit);
}

/* Sets the bit where it is not set. What has it already keeps its name. */
static inline void set_bits(struct policy *policy, struct range range, uint64_t bit)
{
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		if (!(policy_load(policy, i) & bit))
			policy_set(policy, i, bit);
}

static inline bool all_set(const struct policy *policy, struct range range, uint64_t bit)
{
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		if (!(policy_load(policy, i) & bit))
			return false;
	return true;
}

static inline bool close_at_once(struct policy *policy, struct range range)
{
	uint32_t begun = policy_begin(policy);

	if (!policy_current(policy, begun))
		return false;
	clear_bits(policy, range, ENTRY_GLOBAL);
	return policy_current(policy, begun);
}

/* Names need a lock. */
static inline bool open_at_once(struct policy *policy, struct range range, bool named)
{
	uint32_t begun = policy_begin(policy);

	if (!policy_current(policy, begun))
		return false;
	if (!named && !names_possible(policy, range))
		set_bits(policy, range, ENTRY_GLOBAL);
	else if (!all_set(policy, range, ENTRY_GLOBAL))
		return false;
	return policy_current(policy, begun);
}

#endif
