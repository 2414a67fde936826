// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ports/slots.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device/attachment_records.h"
#include "ports/port_table.h"
#include "state/configured.h"
#include "util/error.h"
#include "util/scope.h"

_Static_assert(SLOT_MAX == NETFWV6_CONNECTIONS_MAX, "every slot serves a connection");

netfwv6_result slots_read(const struct state *state, struct slot_record *records)
{
	uint32_t keys[SLOT_RECORDS], after, count = SLOT_RECORDS;

	memset(records, 0, SLOT_RECORDS * sizeof(*records));
	if (state->root.state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	if (bpf_map_lookup_batch(state->root.map[PIN_SLOTS], NULL, &after, keys, records, &count,
				 NULL) &&
	    errno != ENOENT)
		return fail_errno(errno, "cannot read the slots in %s", state->root.dir);
	for (uint32_t slot = 0; slot < SLOT_RECORDS; slot++)
		records[slot].device[DEVICE_NAME_SIZE - 1] = '\0';
	return NETFWV6_S_OK;
}

uint32_t slot_of(const struct slot_record *records, const char *device)
{
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++)
		if (strcmp(records[slot].device, device) == 0)
			return slot;
	return 0;
}

uint32_t slot_unowned(const struct slot_record *records, uint64_t bits)
{
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++)
		if (!records[slot].device[0] && !slot_is_used(slot, bits))
			return slot;
	return 0;
}

netfwv6_result slot_find(const struct state *state, const char *device, uint32_t *slot)
{
	struct slot_record records[SLOT_RECORDS];

	TRY(slots_read(state, records));
	*slot = slot_of(records, device);
	return NETFWV6_S_OK;
}

netfwv6_result slots_used(const struct state *state, uint64_t *bits)
{
	uint64_t *entries CLEANUP(free_pointer) = malloc(PORT_ENTRIES * sizeof(*entries));

	if (!entries)
		return fail_errno(ENOMEM, "cannot read the port table");
	TRY(port_table_read(state, ALL_ENTRIES, entries));
	*bits = 0;
	for (uint32_t i = 0; i < PORT_ENTRIES; i++)
		*bits |= entry_port(i) ? entries[i] : 0;
	return NETFWV6_S_OK;
}

netfwv6_result slot_write(const struct state *state, uint32_t slot, const char *device, bool unsure)
{
	struct slot_record record = { .unsure = unsure };

	strncpy(record.device, device, sizeof(record.device) - 1);
	return bpf_map_update_elem(state->root.map[PIN_SLOTS], &slot, &record, BPF_ANY) ?
		       fail_errno(errno,
				  "cannot give device %s a place for settings ('netfwv6 init "
				  "--rebuild' as root makes the places anew)",
				  device) :
		       NETFWV6_S_OK;
}

static bool is_configured(const struct state *state, const char *device)
{
	struct configured_record record;
	bool configured = true; /* perhaps, where nobody can tell */

	configured_get(state, device, &record, &configured);
	return configured;
}

/*
 * A slot that may be taken from its connection: it has no setting, no program knows it, and
 * none is about to, as one is while its device is being enabled.
 */
static uint32_t find_idle(const struct state *state, const struct slot_record *records,
			  uint64_t bits)
{
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++)
		if (!slot_is_used(slot, bits) && !records[slot].unsure &&
		    !is_configured(state, records[slot].device) && !attachments_know(state, slot))
			return slot;
	return 0;
}

static bool all_used(uint64_t bits)
{
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++)
		if (!slot_is_used(slot, bits))
			return false;
	return true;
}

netfwv6_result slots_exhausted(const char *device)
{
	return fail(NETFWV6_E_OUTOFMEMORY,
		    "%u connections have settings of their own, and no more can: close and observe "
		    "all ports of another one to make room for %s",
		    SLOT_MAX, device);
}

/* Gives a connection that no program runs for a slot that no program knows, if there is one. */
static netfwv6_result take_new(const struct state *state, const struct slot_record *records,
			       const char *device, uint32_t *slot)
{
	uint32_t found;
	uint64_t bits;

	TRY(slots_used(state, &bits));
	if (all_used(bits))
		return slots_exhausted(device);
	found = slot_unowned(records, bits) ?: find_idle(state, records, bits);
	if (found)
		TRY(slot_write(state, found, device, false));
	*slot = found;
	return NETFWV6_S_OK;
}

netfwv6_result slot_take(const struct state *state, const char *device, uint32_t *slot)
{
	struct slot_record records[SLOT_RECORDS];
	struct configured_record record;
	bool configured;
	uint32_t found;

	TRY(slots_read(state, records));
	found = slot_of(records, device);
	*slot = records[found].unsure ? 0 : found;
	if (found)
		return NETFWV6_S_OK;
	TRY(configured_get(state, device, &record, &configured));
	/* Its program has to know. */
	if (configured && !(record.flags & CONFIGURED_LEARN_ONLY))
		return NETFWV6_S_OK;
	return take_new(state, records, device, slot);
}
