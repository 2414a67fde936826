// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

#include <errno.h>
#include <stdlib.h>

#include "at_once.h"
#include "error.h"
#include "locks.h"
#include "names.h"
#include "slot_give.h"
#include "snapshot.h"

/* The setting's bit in an entry; slot 0 is the global scope. */
static uint64_t bit_of(const struct setting *setting, uint32_t slot)
{
	if (!setting->device)
		return ENTRY_GLOBAL;
	if (!slot)
		return 0;
	return setting->ignored ? ENTRY_IGNORED(slot) : ENTRY_OPEN(slot);
}

/* ---- Clearing --------------------------------------------------------------- */

static netfwv6_result refresh(struct netfwv6_mgr *mgr, enum mgr_intent intent, bool *absent)
{
	netfwv6_result result;

	pthread_mutex_lock(&mgr->root_mutex);
	result = mgr_refresh(mgr, intent);
	*absent = mgr->root.state == ROOT_ABSENT;
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

static netfwv6_result clear_globally(struct netfwv6_mgr *mgr, struct range range)
{
	while (!close_at_once(&mgr->policy, range)) {
		netfwv6_result result;
		bool absent;

		result = refresh(mgr, MGR_CLOSE, &absent);
		if (NETFWV6_FAILED(result) || absent)
			return result;
	}
	return NETFWV6_S_OK;
}

/* Under the names lock, so that the slot is not given to another connection meanwhile. */
static netfwv6_result clear_here(const struct setting *setting, struct range range)
{
	struct netfwv6_mgr *mgr = setting->mgr;
	netfwv6_result result;
	uint32_t slot = 0;
	int lock;

	result = lock_names(mgr, &lock);
	if (NETFWV6_FAILED(result))
		return result;
	result = slot_find(mgr, setting->device, &slot);
	if (NETFWV6_SUCCEEDED(result) && slot)
		clear_bits(&mgr->policy, range, bit_of(setting, slot));
	unlock(lock);
	return result;
}

/* ---- Setting: names first, then the bits ----------------------------------- */

static netfwv6_result put_names(struct netfwv6_mgr *mgr, const uint32_t *entries, size_t n,
				uint32_t slot, const char *name)
{
	netfwv6_result result = NETFWV6_S_OK;

	for (size_t i = 0; i < n && NETFWV6_SUCCEEDED(result); i++)
		result =
			name_put(mgr, (struct name_key){ .entry = entries[i], .slot = slot }, name);
	return result;
}

static netfwv6_result name_all(struct netfwv6_mgr *mgr, const uint32_t *entries, size_t n,
			       uint32_t slot, const char *name)
{
	netfwv6_result result = put_names(mgr, entries, n, slot, name);

	if (result != NETFWV6_E_OUTOFMEMORY)
		return result;
	/* What makes room takes these names, too: their ports are not open yet. */
	names_make_room(mgr);
	return put_names(mgr, entries, n, slot, name);
}

/* The ports are chosen once: what someone closes meanwhile was open when this call met it. */
static netfwv6_result set_with_name(struct netfwv6_mgr *mgr, struct range range, uint64_t bit,
				    uint32_t slot, const char *name)
{
	uint32_t *chosen = malloc(range.count * sizeof(*chosen));
	netfwv6_result result;
	size_t n = 0;

	if (!chosen)
		return fail_errno(ENOMEM, "cannot change %u ports", range.count);
	for (uint32_t i = range.first; i < range.first + range.count; i++)
		if (!(policy_load(&mgr->policy, i) & bit))
			chosen[n++] = i;
	result = name_all(mgr, chosen, n, slot, name);
	for (size_t i = 0; i < n && NETFWV6_SUCCEEDED(result); i++)
		policy_set(&mgr->policy, chosen[i], bit);
	free(chosen);
	return result;
}

static netfwv6_result set(const struct setting *setting, struct range range, uint32_t slot,
			  const char *name)
{
	struct netfwv6_mgr *mgr = setting->mgr;
	uint64_t bit = bit_of(setting, slot);

	if (name && *name)
		return set_with_name(mgr, range, bit, slot, name);
	if (!setting->ignored)
		names_drop_closed(mgr, range, slot);
	set_bits(&mgr->policy, range, bit);
	return NETFWV6_S_OK;
}

/* With the names lock held. S_FALSE: the connection needs a slot from an administrator. */
static netfwv6_result set_named(const struct setting *setting, struct range range, const char *name)
{
	netfwv6_result result = NETFWV6_S_OK;
	uint32_t slot = 0;

	if (setting->device)
		result = slot_take(setting->mgr, setting->device, &slot);
	return result == NETFWV6_S_OK ? set(setting, range, slot, name) : result;
}

static netfwv6_result need_slot(const struct setting *setting)
{
	struct netfwv6_mgr *mgr = setting->mgr;
	netfwv6_result result;

	result = lock_administration(mgr);
	if (result == NETFWV6_E_ACCESSDENIED)
		return fail(
			result,
			"device %s is enabled without a place for settings of its own, and only "
			"root can give it one: 'netfwv6 enable %s' as root, or a first setting",
			setting->device, setting->device);
	if (NETFWV6_FAILED(result))
		return result;
	if (!policy_retired(&mgr->policy))
		result = slot_give(mgr, setting->device);
	unlock_administration(mgr);
	return result;
}

/* With root_mutex held: done, or S_FALSE when it has to be tried again. */
static netfwv6_result change_once(const struct setting *setting, struct range range, bool to_set,
				  const char *name)
{
	struct netfwv6_mgr *mgr = setting->mgr;
	uint32_t begun = policy_begin(&mgr->policy);
	netfwv6_result result;
	int lock;

	if (!policy_current(&mgr->policy, begun)) {
		result = mgr_refresh(mgr, to_set ? MGR_OPEN : MGR_CLOSE);
		if (NETFWV6_FAILED(result) || mgr->root.state == ROOT_ABSENT)
			return result;
		begun = policy_begin(&mgr->policy);
	}
	if (to_set) {
		result = lock_names(mgr, &lock);
		if (NETFWV6_SUCCEEDED(result)) {
			result = set_named(setting, range, name);
			unlock(lock);
		}
	} else {
		result = clear_here(setting, range);
	}
	/* Also when it failed: the lock of a state that was removed is gone. */
	if (!policy_current(&mgr->policy, begun))
		return NETFWV6_S_FALSE;
	/* That of one that was unmounted comes back. */
	if (NETFWV6_FAILED(result) && root_put_back(&mgr->root))
		return NETFWV6_S_FALSE;
	if (result != NETFWV6_S_FALSE)
		return result;
	result = need_slot(setting);
	return NETFWV6_FAILED(result) ? result : NETFWV6_S_FALSE;
}

static netfwv6_result change(const struct setting *setting, struct range range, bool to_set,
			     const char *name)
{
	netfwv6_result result;

	pthread_mutex_lock(&setting->mgr->root_mutex);
	do
		result = change_once(setting, range, to_set, name);
	while (result == NETFWV6_S_FALSE);
	pthread_mutex_unlock(&setting->mgr->root_mutex);
	return result;
}

netfwv6_result setting_set(const struct setting *setting, struct range range, const char *name)
{
	return change(setting, range, true, name);
}

netfwv6_result setting_clear(const struct setting *setting, struct range range)
{
	return setting->device ? change(setting, range, false, NULL) :
				 clear_globally(setting->mgr, range);
}

/* ---- Reading --------------------------------------------------------------- */

#define READS_IN_A_ROW 16 /* of a table that is retired each time, or a slot that is given on */

/* Entries and slot that belong together. With root_mutex held. */
static netfwv6_result read_together(const struct setting *setting, struct range range,
				    uint64_t *entries, uint32_t *slot)
{
	struct netfwv6_mgr *mgr = setting->mgr;
	netfwv6_result result;
	uint32_t begun, after = 0;
	int reads = 0;

	do {
		result = mgr_refresh(mgr, MGR_READ);
		begun = policy_begin(&mgr->policy);
		if (NETFWV6_SUCCEEDED(result))
			result = slot_find(mgr, setting->device, slot);
		if (NETFWV6_SUCCEEDED(result))
			result = port_table_read_opened(mgr, range, entries);
		if (NETFWV6_SUCCEEDED(result))
			result = slot_find(mgr, setting->device, &after);
	} while (NETFWV6_SUCCEEDED(result) && ++reads < READS_IN_A_ROW &&
		 (after != *slot ||
		  (mgr->root.state == ROOT_WRITABLE && !policy_current(&mgr->policy, begun))));
	return result;
}

static netfwv6_result read_setting(const struct setting *setting, struct range range,
				   uint64_t *entries, uint32_t *slot)
{
	netfwv6_result result;

	*slot = 0;
	if (!setting->device)
		return port_table_read(setting->mgr, range, entries);
	pthread_mutex_lock(&setting->mgr->root_mutex);
	result = read_together(setting, range, entries, slot);
	pthread_mutex_unlock(&setting->mgr->root_mutex);
	return result;
}

netfwv6_result setting_ask(const struct setting *setting, uint32_t entry, bool *is_set)
{
	netfwv6_result result;
	uint64_t policy = 0;
	uint32_t slot;

	result = read_setting(setting, (struct range){ entry, 1 }, &policy, &slot);
	if (NETFWV6_SUCCEEDED(result))
		*is_set = policy & bit_of(setting, slot);
	return result;
}

static void add_names(struct netfwv6_mgr *mgr, struct snapshot_builder *builder,
		      const uint32_t *entries, uint32_t slot)
{
	struct netfwv6_port *ports = builder->elements;

	pthread_mutex_lock(&mgr->root_mutex);
	if (mgr->root.state != ROOT_ABSENT && !names_none(mgr))
		for (size_t i = 0; i < builder->count; i++)
			if (entries[i])
				name_get(mgr,
					 (struct name_key){ .entry = entries[i], .slot = slot },
					 ports[i].name);
	pthread_mutex_unlock(&mgr->root_mutex);
}

/*
 * Adds the range's ports that have the setting, with their names: the global port's where
 * it is ignored, none where that is closed.
 */
static netfwv6_result collect(const struct setting *setting, struct range range,
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
		add_names(setting->mgr, builder, named, setting->ignored ? 0 : slot);
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
		result = collect(setting, wanted, policy, slot, &builder);
	free(policy);
	result = snapshot_finish(&builder, result, &cursor);
	if (NETFWV6_SUCCEEDED(result))
		*ports = (struct netfwv6_port_enum *)cursor;
	return result;
}
