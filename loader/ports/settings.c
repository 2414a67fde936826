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
#include "util/scope.h"
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
	int lock CLEANUP(unlock_at) = -1;
	uint32_t slot;

	TRY(lock_names(setting->state, &lock));
	TRY(slot_find(setting->state, setting->device, &slot));
	if (slot)
		clear_bits(&setting->state->policy, range, bit_of(setting, slot));
	return NETFWV6_S_OK;
}

/* ---- Setting: names first, then the bits ----------------------------------- */

/* The scope of names. */
static uint32_t scope_of_names(const struct setting *setting, uint32_t slot)
{
	return slot | (setting->ignored ? NAME_IGNORED : 0);
}

static netfwv6_result put_names(struct state *state, const uint32_t *entries, size_t n,
				uint32_t scope, const char *name)
{
	for (size_t i = 0; i < n; i++)
		TRY(name_put(state, (struct name_key){ entries[i], scope }, name));
	return NETFWV6_S_OK;
}

static netfwv6_result name_all(struct state *state, const uint32_t *entries, size_t n,
			       uint32_t scope, const char *name)
{
	netfwv6_result result = put_names(state, entries, n, scope, name);

	if (result != NETFWV6_E_OUTOFMEMORY)
		return result;
	/* What makes room takes these names, too: their ports are not open yet. */
	names_make_room(state);
	return put_names(state, entries, n, scope, name);
}

/* The ports are chosen once: what someone closes meanwhile was open when this call met it. */
static netfwv6_result set_with_name(struct state *state, struct range range, uint64_t bit,
				    uint32_t scope, const char *name)
{
	uint32_t *chosen CLEANUP(free_pointer) = malloc(range.count * sizeof(*chosen));
	size_t n = 0;

	if (!chosen)
		return fail_errno(ENOMEM, "cannot change %u ports", range.count);
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		if (!(policy_load(&state->policy, i) & bit))
			chosen[n++] = i;
	TRY(name_all(state, chosen, n, scope, name));
	for (size_t i = 0; i < n; i++)
		policy_set(&state->policy, chosen[i], bit);
	return NETFWV6_S_OK;
}

netfwv6_result setting_set_once(const struct setting *setting, struct range range, const char *name,
				bool *needs_slot)
{
	struct state *state = setting->state;
	int lock CLEANUP(unlock_at) = -1;
	uint32_t slot = 0, scope;

	*needs_slot = false;
	TRY(lock_names(state, &lock));
	if (setting->device) {
		TRY(slot_take(state, setting->device, &slot));
		*needs_slot = !slot;
		if (!slot)
			return NETFWV6_S_OK;
	}
	scope = scope_of_names(setting, slot);
	if (name && *name)
		return set_with_name(state, range, bit_of(setting, slot), scope, name);
	names_drop_closed(state, range, scope);
	set_bits(&state->policy, range, bit_of(setting, slot));
	return NETFWV6_S_OK;
}

/* ---- Reading --------------------------------------------------------------- */

#define READS_IN_A_ROW 16 /* of a table that is retired each time, or a slot that is given on */

/* Entries and slot that belong together. With mutex held. */
static netfwv6_result read_together(const struct setting *setting, struct range range,
				    uint64_t *entries, uint32_t *slot)
{
	struct state *state = setting->state;
	uint32_t begun, after;
	int reads = 0;

	do {
		TRY(state_open(state));
		begun = policy_begin(&state->policy);
		TRY(slot_find(state, setting->device, slot));
		TRY(port_table_read(state, range, entries));
		TRY(slot_find(state, setting->device, &after));
	} while (++reads < READS_IN_A_ROW &&
		 (after != *slot ||
		  (state->root.state == ROOT_WRITABLE && !policy_current(&state->policy, begun))));
	return NETFWV6_S_OK;
}

static netfwv6_result read_setting(const struct setting *setting, struct range range,
				   uint64_t *entries, uint32_t *slot)
{
	struct state *held CLEANUP(state_let_go) = NULL;

	*slot = 0;
	if (!setting->device && read_at_once(&setting->state->policy, range, entries))
		return NETFWV6_S_OK;
	held = state_hold(setting->state);
	if (setting->device)
		return read_together(setting, range, entries, slot);
	TRY(state_open(setting->state));
	return port_table_read(setting->state, range, entries);
}

netfwv6_result setting_ask(const struct setting *setting, uint32_t entry, bool *is_set)
{
	uint64_t policy = 0;
	uint32_t slot;

	TRY(read_setting(setting, (struct range){ entry, 1 }, &policy, &slot));
	*is_set = policy & bit_of(setting, slot);
	return NETFWV6_S_OK;
}

/* Adds the range's ports that have the setting, with their names. */
static netfwv6_result collect_ports(const struct setting *setting, struct range range,
				    const uint64_t *policy, uint32_t slot,
				    struct snapshot_builder *builder)
{
	struct state *state CLEANUP(state_let_go) = state_hold(setting->state);
	bool named = state->root.state != ROOT_ABSENT && !names_none(state);

	for (uint32_t i = 0; i < range.count; i++) {
		uint32_t entry = range.first + i;
		struct name_key key = { entry, scope_of_names(setting, slot) };
		struct netfwv6_port port = {
			.port = entry_port(entry),
			.protocol = entry_protocol(entry),
		};

		/* The entries of port 0 are no ports. */
		if (!port.port || !(policy[i] & bit_of(setting, slot)))
			continue;
		if (named)
			name_get(state, key, port.name);
		TRY(snapshot_add(builder, &port));
	}
	return NETFWV6_S_OK;
}

netfwv6_result setting_enumerate(const struct setting *setting, struct range range,
				 struct netfwv6_port_enum **ports)
{
	struct snapshot_builder builder = { .size = sizeof(struct netfwv6_port) };
	uint64_t *policy CLEANUP(free_pointer) = malloc(range.count * sizeof(*policy));
	struct snapshot_cursor *cursor;
	uint32_t slot;

	if (!policy)
		return fail_errno(ENOMEM, "cannot read %u ports", range.count);
	TRY(read_setting(setting, range, policy, &slot));
	TRY(snapshot_finish(&builder, collect_ports(setting, range, policy, slot, &builder),
			    &cursor));
	*ports = (struct netfwv6_port_enum *)cursor;
	return NETFWV6_S_OK;
}
