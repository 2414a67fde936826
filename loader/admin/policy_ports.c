// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/policy_ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/slot_give.h"
#include "ports/names.h"
#include "ports/port_table.h"
#include "ports/slots.h"
#include "state/locks.h"
#include "state/protected.h"
#include "util/error.h"

struct putting {
	struct state *state;
	const struct netfwv6_policy *before, *policy;
	uint32_t slots[SCOPES]; /* of the policy's scopes; 0: global, or nothing is set */
	uint64_t *wanted;	/* of each entry */
	struct name_batch names;
	bool exactly; /* also what is protected */
};

/* ---- Slots ----------------------------------------------------------------- */

/* Of an open port, or of an ignored one. */
static struct name_key key_of_name(uint32_t entry, enum sheet sheet, uint32_t slot)
{
	return (struct name_key){ .entry = entry,
				  .scope = slot | (sheet == SHEET_IGNORED ? NAME_IGNORED : 0) };
}

static uint64_t bit_of_sheet(enum sheet sheet, uint32_t slot)
{
	if (sheet == SHEET_IGNORED)
		return ENTRY_IGNORED(slot);
	return slot ? ENTRY_OPEN(slot) : ENTRY_GLOBAL;
}

static netfwv6_result set_named(struct putting *putting, const struct scope *scope,
				enum sheet sheet, uint32_t entry, uint32_t slot)
{
	const struct name_key key = key_of_name(entry, sheet, slot);
	const char *name = policy_name_of(putting->policy, policy_said(scope, sheet, entry));

	if (*name)
		TRY(name_put(putting->state, key, name));
	else
		name_drop(putting->state, key);
	policy_set(&putting->state->policy, entry, bit_of_sheet(sheet, slot));
	return NETFWV6_S_OK;
}

/* Of what neither the policy nor anybody else speaks, to make room. */
static void clear_others(struct putting *putting, uint64_t kept)
{
	struct policy *table = &putting->state->policy;

	for (uint32_t i = 0; i < PORT_ENTRIES; i++) {
		uint64_t others = policy_load(table, i) & ~(kept | ENTRY_GLOBAL | ENTRY_IN_USE);

		if (entry_port(i) && others)
			policy_clear(table, i, others);
	}
}

static uint64_t bits_of_slots(const struct putting *putting)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < putting->policy->n_scopes; i++)
		if (putting->slots[i])
			bits |= ENTRY_OPEN(putting->slots[i]) | ENTRY_IGNORED(putting->slots[i]);
	return bits;
}

/*
 * Sets one of the scope's settings ahead of the others: a slot without any could be given to the
 * next device. An open port is better, as it takes nothing away.
 */
static netfwv6_result hold_slot(struct putting *putting, size_t i)
{
	const struct scope *scope = &putting->policy->scopes[i];
	struct policy *table = &putting->state->policy;
	const uint32_t slot = putting->slots[i];

	for (enum sheet sheet = SHEET_OPEN; sheet <= SHEET_IGNORED; sheet++) {
		uint32_t entry = 0;

		while (entry < PORT_ENTRIES && policy_said(scope, sheet, entry) < SAID)
			entry++;
		if (entry == PORT_ENTRIES)
			continue;
		return policy_load(table, entry) & bit_of_sheet(sheet, slot) ?
			       NETFWV6_S_OK :
			       set_named(putting, scope, sheet, entry, slot);
	}
	return NETFWV6_S_OK;
}

/* Finds the slots that the policy's devices have, and holds them. With the names lock held. */
static netfwv6_result look_for_slots(struct putting *putting, size_t *missing)
{
	struct slot_record records[SLOT_RECORDS];

	TRY(slots_read(putting->state, records));
	*missing = 0;
	for (size_t i = 1; i < putting->policy->n_scopes; i++) {
		const struct scope *scope = &putting->policy->scopes[i];

		putting->slots[i] = 0;
		if (!policy_scope_has_settings(scope))
			continue;
		putting->slots[i] = slot_of(records, scope->device);
		if (putting->slots[i] && records[putting->slots[i]].unsure)
			putting->slots[i] = 0;
		if (putting->slots[i])
			TRY(hold_slot(putting, i));
		else if (!*missing)
			*missing = i;
	}
	return NETFWV6_S_OK;
}

#define SLOT_ROUNDS (4 * SCOPES)

/*
 * Sees to it that each device of the policy has a slot; those of others are taken where none is
 * left. Afterwards the names lock is held, so that they stay.
 */
static netfwv6_result reserve_slots(struct putting *putting, int *lock)
{
	struct state *state = putting->state;
	netfwv6_result result = NETFWV6_S_OK;
	size_t missing = 0;

	for (unsigned int round = 0; round < SLOT_ROUNDS; round++) {
		TRY(lock_names(state, lock));
		result = look_for_slots(putting, &missing);
		if (NETFWV6_SUCCEEDED(result) && !missing)
			return NETFWV6_S_OK;
		unlock(*lock);
		*lock = -1;
		if (NETFWV6_SUCCEEDED(result))
			result = slot_give(state, putting->policy->scopes[missing].device);
		if (result == NETFWV6_E_OUTOFMEMORY && round < SLOT_ROUNDS / 2) {
			clear_others(putting, bits_of_slots(putting));
			round = SLOT_ROUNDS / 2;
			continue;
		}
		TRY(result);
	}
	return fail(NETFWV6_E_RETRY,
		    "somebody takes the place for settings of device %s again and "
		    "again: try again",
		    putting->policy->scopes[missing].device);
}

/* ---- Names ----------------------------------------------------------------- */

/* The name that a port is to have; NULL: it is set with that name already. */
static const char *new_name(const struct putting *putting, uint32_t said, uint32_t old, bool is_set)
{
	const char *name = policy_name_of(putting->policy, said);

	return is_set && old >= SAID && strcmp(policy_name_of(putting->before, old), name) == 0 ?
		       NULL :
		       name;
}

static netfwv6_result put_names_of(struct putting *putting, size_t i, enum sheet sheet)
{
	const struct scope *scope = &putting->policy->scopes[i];
	const struct scope *was =
		policy_scope_find((struct netfwv6_policy *)putting->before, scope->device);
	const uint64_t bit = bit_of_sheet(sheet, putting->slots[i]);

	for (uint32_t entry = 0; scope->sheets[sheet] && entry < PORT_ENTRIES; entry++) {
		struct name_key key = key_of_name(entry, sheet, putting->slots[i]);
		const char *name;

		if (!(putting->wanted[entry] & bit))
			continue;
		name = new_name(putting, policy_said(scope, sheet, entry),
				policy_said(was, sheet, entry),
				policy_load(&putting->state->policy, entry) & bit);
		if (name && *name)
			TRY(names_put(putting->state, &putting->names, key, name));
		else if (name)
			name_drop(putting->state, key);
	}
	return NETFWV6_S_OK;
}

/* A device of which only is said what it has not has no place. */
static bool has_place(const struct putting *putting, size_t i)
{
	return !i || putting->slots[i];
}

static netfwv6_result put_all_names(struct putting *putting)
{
	putting->names.count = 0;
	for (size_t i = 0; i < putting->policy->n_scopes; i++)
		for (enum sheet sheet = 0; sheet < SHEET_PROTECTED && has_place(putting, i);
		     sheet++)
			if (i || sheet == SHEET_OPEN)
				TRY(put_names_of(putting, i, sheet));
	return names_flush(putting->state, &putting->names);
}

/* ---- Bits ------------------------------------------------------------------ */

static void want_sheet(struct putting *putting, const uint32_t *sayings, uint64_t bit)
{
	for (uint32_t i = 0; sayings && i < PORT_ENTRIES; i++)
		if (entry_port(i) && sayings[i] >= SAID)
			putting->wanted[i] |= bit;
}

static void want_all(struct putting *putting)
{
	for (size_t i = 0; i < putting->policy->n_scopes; i++) {
		const struct scope *scope = &putting->policy->scopes[i];
		const uint32_t slot = putting->slots[i];

		if (!has_place(putting, i))
			continue;
		want_sheet(putting, scope->sheets[SHEET_OPEN],
			   slot ? ENTRY_OPEN(slot) : ENTRY_GLOBAL);
		if (slot)
			want_sheet(putting, scope->sheets[SHEET_IGNORED], ENTRY_IGNORED(slot));
	}
}

#define OPENS 0xffffffffULL	      /* bits that let packets pass: bit 0 to 31 */
#define IGNORES 0xfffffffe00000000ULL /* bits that do not */

static void put_bits(struct putting *putting)
{
	struct policy *table = &putting->state->policy;

	for (uint32_t i = 0; i < PORT_ENTRIES; i++) {
		uint64_t is = policy_load(table, i), wanted = putting->wanted[i];

		if (!entry_port(i))
			continue;
		if (wanted & ~is & OPENS)
			policy_set(table, i, wanted & ~is & OPENS);
		if (is & ~wanted & IGNORES)
			policy_clear(table, i, is & ~wanted & IGNORES);
	}
	for (uint32_t i = 0; i < PORT_ENTRIES; i++) {
		uint64_t is = policy_load(table, i), wanted = putting->wanted[i];

		if (!entry_port(i))
			continue;
		if (wanted & ~is & IGNORES)
			policy_set(table, i, wanted & ~is & IGNORES);
		if (is & ~wanted & OPENS)
			policy_clear(table, i, is & ~wanted & OPENS);
	}
}

/* ---- Protection ------------------------------------------------------------ */

static netfwv6_result put_protected(const struct putting *putting)
{
	const struct scope *global = &putting->policy->scopes[0];
	struct protected_ports before, after;

	TRY(protected_read(&putting->state->root, &before));
	after = before;
	for (uint32_t i = 0; i < PORT_ENTRIES; i++) {
		uint32_t said = policy_said(global, SHEET_PROTECTED, i);

		if (said != UNSAID || putting->exactly)
			protected_set(&after, i, said >= SAID);
	}
	return memcmp(&before, &after, sizeof(after)) == 0 ?
		       NETFWV6_S_OK :
		       protected_write(&putting->state->root, &after);
}

/* ---- The whole ------------------------------------------------------------- */

static netfwv6_result put_locked(struct putting *putting)
{
	netfwv6_result result;

	want_all(putting);
	result = put_all_names(putting);
	if (result == NETFWV6_E_OUTOFMEMORY) {
		/* What makes room takes these names, too: their ports are not open yet. */
		names_make_room(putting->state);
		result = put_all_names(putting);
	}
	if (NETFWV6_SUCCEEDED(result))
		put_bits(putting);
	return result;
}

static netfwv6_result put_ports(struct putting *putting)
{
	netfwv6_result result;
	int lock = -1;

	TRY(reserve_slots(putting, &lock));
	result = put_locked(putting);
	unlock(lock);
	return NETFWV6_FAILED(result) ? result : put_protected(putting);
}

netfwv6_result policy_ports_put(struct state *state, const struct netfwv6_policy *before,
				const struct netfwv6_policy *policy, bool exactly)
{
	struct putting *putting = calloc(1, sizeof(*putting));
	netfwv6_result result;

	if (putting) {
		*putting = (struct putting){
			.state = state, .before = before, .policy = policy, .exactly = exactly
		};
		putting->wanted = calloc(PORT_ENTRIES, sizeof(*putting->wanted));
	}
	result = putting && putting->wanted ?
			 put_ports(putting) :
			 fail_errno(ENOMEM, "cannot change %u ports", PORT_ENTRIES);
	if (putting)
		free(putting->wanted);
	free(putting);
	return result;
}
