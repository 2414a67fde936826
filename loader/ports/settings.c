// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ports/settings.h"

#include <errno.h>
#include <stdlib.h>

#include "ports/at_once.h"
#include "ports/names.h"
#include "ports/slots.h"
#include "state/locks.h"
#include "state/root.h"
#include "util/error.h"
#include "util/snapshot.h"

/* The setting's bit in an entry; slot 0 is the global scope. */
static uint64_t bit_of(const struct setting *setting, uint32_t slot)
{
	if (!setting->device)
		return ENTRY_GLOBAL;
	if (!slot)
		return 0;
	return setting->ignored ? ENTRY_IGNORED(slot) : ENTRY_OPEN(slot);
}

/* ---- Changing --------------------------------------------------------------- */

/* Under the names lock, so that the slot is not given to another connection meanwhile. */
netfwv6_result setting_clear_once(const struct setting *setting, struct range range)
{
	struct state *state = setting->state;
	netfwv6_result result;
	uint32_t slot = 0;
	int lock;

	result = lock_names(state, &lock);
	if (NETFWV6_FAILED(result))
		return result;
	result = slot_find(state, setting->device, &slot);
	if (NETFWV6_SUCCEEDED(result) && slot)
		clear_bits(&state->policy, range, bit_of(setting, slot));
	unlock(lock);
	return result;
}

/* ---- Setting: names first, then the bits ----------------------------------- */

static netfwv6_result put_names(struct state *state, const uint32_t *entries, size_t n,
				uint32_t slot, const char *name)
{
	for (size_t i = 0; i < n; i++)
		TRY(name_put(state, (struct name_key){ .entry = entries[i], .slot = slot }, name));
	return NETFWV6_S_OK;
}

static netfwv6_result name_all(struct state *state, const uint32_t *entries, size_t n,
			       uint32_t slot, const char *name)
{
	netfwv6_result result = put_names(state, entries, n, slot, name);

	if (result != NETFWV6_E_OUTOFMEMORY)
		return result;
	/* What makes room takes these names, too: their ports are not open yet. */
	names_make_room(state);
	return put_names(state, entries, n, slot, name);
}

/* The ports are chosen once: what someone closes meanwhile was open when this call met it. */
static netfwv6_result set_with_name(struct state *state, struct range range, uint64_t bit,
				    uint32_t slot, const char *name)
{
	uint32_t *chosen = malloc(range.count * sizeof(*chosen));
	netfwv6_result result;
	size_t n = 0;

	if (!chosen)
		return fail_errno(ENOMEM, "cannot change %u ports", range.count);
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		if (!(policy_load(&state->policy, i) & bit))
			chosen[n++] = i;
	result = name_all(state, chosen, n, slot, name);
	for (size_t i = 0; i < n && NETFWV6_SUCCEEDED(result); i++)
		policy_set(&state->policy, chosen[i], bit);
	free(chosen);
	return result;
}

static netfwv6_result set_bits_and_names(const struct setting *setting, struct range range,
					 uint32_t slot, const char *name)
{
	struct state *state = setting->state;
	uint64_t bit = bit_of(setting, slot);

	if (name && *name)
		return set_with_name(state, range, bit, slot, name);
	if (!setting->ignored)
		names_drop_closed(state, range, slot);
	set_bits(&state->policy, range, bit);
	return NETFWV6_S_OK;
}

/* With the names lock held. */
static netfwv6_result set_locked(const struct setting *setting, struct range range,
				 const char *name, bool *needs_slot)
{
	uint32_t slot = 0;

	if (setting->device) {
		netfwv6_result result = slot_take(setting->state, setting->device, &slot);

		*needs_slot = NETFWV6_SUCCEEDED(result) && !slot;
		if (NETFWV6_FAILED(result) || *needs_slot)
			return result;
	}
	return set_bits_and_names(setting, range, slot, name);
}

netfwv6_result setting_set_once(const struct setting *setting, struct range range, const char *name,
				bool *needs_slot)
{
	netfwv6_result result;
	int lock;

	*needs_slot = false;
	result = lock_names(setting->state, &lock);
	if (NETFWV6_FAILED(result))
		return result;
	result = set_locked(setting, range, name, needs_slot);
	unlock(lock);
	return result;
}

/* ---- Reading --------------------------------------------------------------- */

#define READS_IN_A_ROW 16 /* of a table that is retired each time, or a slot that is given on */

/* Entries and slot that belong together. With mutex held. */
static netfwv6_result read_together(const struct setting *setting, struct range range,
				    uint64_t *entries, uint32_t *slot)
{
	struct state *state = setting->state;
	netfwv6_result result;
	uint32_t begun, after = 0;
	int reads = 0;

	do {
		result = state_open(state);
		begun = policy_begin(&state->policy);
		if (NETFWV6_SUCCEEDED(result))
			result = slot_find(state, setting->device, slot);
		if (NETFWV6_SUCCEEDED(result))
			result = port_table_read(state, range, entries);
		if (NETFWV6_SUCCEEDED(result))
			result = slot_find(state, setting->device, &after);
	} while (NETFWV6_SUCCEEDED(result) && ++reads < READS_IN_A_ROW &&
		 (after != *slot ||
		  (state->root.state == ROOT_WRITABLE && !policy_current(&state->policy, begun))));
	return result;
}

static netfwv6_result read_globally(struct state *state, struct range range, uint64_t *entries)
{
	netfwv6_result result;

	if (read_at_once(&state->policy, range, entries))
		return NETFWV6_S_OK;
	pthread_mutex_lock(&state->mutex);
	result = state_open(state);
	if (NETFWV6_SUCCEEDED(result))
		result = port_table_read(state, range, entries);
	pthread_mutex_unlock(&state->mutex);
	return result;
}

static netfwv6_result read_setting(const struct setting *setting, struct range range,
				   uint64_t *entries, uint32_t *slot)
{
	netfwv6_result result;

	*slot = 0;
	if (!setting->device)
		return read_globally(setting->state, range, entries);
	pthread_mutex_lock(&setting->state->mutex);
	result = read_together(setting, range, entries, slot);
	pthread_mutex_unlock(&setting->state->mutex);
	return result;
}

netfwv6_result setting_ask(const struct setting *setting, uint32_t entry, bool *is_set)
{
	uint64_t policy = 0;
	uint32_t slot;

	TRY(read_setting(setting, (struct range){ entry, 1 }, &policy, &slot));
	*is_set = policy & bit_of(setting, slot);
	return NETFWV6_S_OK;
}

static void add_names(struct state *state, struct snapshot_builder *builder,
		      const uint32_t *entries, uint32_t slot)
{
	struct netfwv6_port *ports = builder->elements;

	pthread_mutex_lock(&state->mutex);
	if (state->root.state != ROOT_ABSENT && !names_none(state))
		for (size_t i = 0; i < builder->count; i++)
			if (entries[i])
				name_get(state,
					 (struct name_key){ .entry = entries[i], .slot = slot },
					 ports[i].name);
	pthread_mutex_unlock(&state->mutex);
}

/*
 * Adds the range's ports that have the setting, with their names: the global port's where
 * it is ignored, none where that is closed.
 */
static netfwv6_result collect_ports(const struct setting *setting, struct range range,
				    const uint64_t *policy, uint32_t slot,
				    struct snapshot_builder *builder)
{
	uint32_t *named = calloc(range.count, sizeof(*named));
	netfwv6_result result = NETFWV6_S_OK;

	if (!named)
		return fail_errno(ENOMEM, "cannot read %u ports", range.count);
	for (uint32_t i = 0; i < range.count && NETFWV6_SUCCEEDED(result); i++) {
		uint32_t entry = range.first + i;
		struct netfwv6_port port = {
			.port = entry_port(entry),
			.protocol = entry_protocol(entry),
		};

		/* The entries of port 0 are no ports. */
		if (!port.port || !(policy[i] & bit_of(setting, slot)))
			continue;
		if (!setting->ignored || policy[i] & ENTRY_GLOBAL)
			named[builder->count] = entry;
		result = snapshot_add(builder, &port);
	}
	if (NETFWV6_SUCCEEDED(result))
		add_names(setting->state, builder, named, setting->ignored ? 0 : slot);
	free(named);
	return result;
}

netfwv6_result setting_enumerate(const struct setting *setting, const struct range *range,
				 struct netfwv6_port_enum **ports)
{
	struct snapshot_builder builder = { .size = sizeof(struct netfwv6_port) };
	struct range wanted = range ? *range : ALL_ENTRIES;
	uint64_t *policy = malloc(wanted.count * sizeof(*policy));
	struct snapshot_cursor *cursor;
	netfwv6_result result;
	uint32_t slot;

	if (!policy)
		return fail_errno(ENOMEM, "cannot read %u ports", wanted.count);
	result = read_setting(setting, wanted, policy, &slot);
	if (NETFWV6_SUCCEEDED(result))
		result = collect_ports(setting, wanted, policy, slot, &builder);
	free(policy);
	result = snapshot_finish(&builder, result, &cursor);
	if (NETFWV6_SUCCEEDED(result))
		*ports = (struct netfwv6_port_enum *)cursor;
	return result;
}
