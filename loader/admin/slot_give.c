// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The order makes every moment safe to be killed at. A slot that changes hands is marked
 * "unsure" first, then programs forget it, then it is the other's and still unsure, then
 * his programs learn it. Nobody sets a bit in an unsure slot.
 */
#include "admin/slot_give.h"

#include <string.h>

#include "device/attach.h"
#include "state/configured.h"
#include "state/locks.h"
#include "util/error.h"
#include "util/scope.h"

/* Lets go of a slot: programs that know it forget it. */
static netfwv6_result take_away(const struct state *state, uint32_t slot)
{
	struct attachment at = {};

	while (attachment_next(state, &at))
		if (at.record.known & SLOT_BIT(slot))
			TRY(attachment_give_slot(state, &at,
						 at.record.slot == slot ? 0 : at.record.slot));
	return NETFWV6_S_OK;
}

static netfwv6_result teach_slot(const struct state *state, const char *device, uint32_t slot)
{
	struct attachment at = {};

	while (attachment_next(state, &at))
		if (attachment_filters(&at) && at.record.known != SLOT_BIT(slot) &&
		    strncmp(at.record.device, device, sizeof(at.record.device)) == 0)
			TRY(attachment_give_slot(state, &at, slot));
	return NETFWV6_S_OK;
}

/* The slot to take, better one that no program knows; 0 when all have settings. */
static uint32_t choose(const struct state *state, const struct slot_record *records, uint64_t bits,
		       bool idle_only)
{
	uint32_t chosen = slot_unowned(records, bits);

	for (uint32_t slot = 1; slot <= SLOT_MAX && !chosen; slot++)
		if (!slot_is_used(slot, bits) && !attachments_know(state, slot))
			chosen = slot;
	for (uint32_t slot = 1; slot <= SLOT_MAX && !chosen && !idle_only; slot++)
		if (!slot_is_used(slot, bits))
			chosen = slot;
	return chosen;
}

/* With the names lock held. *slot is 0 when there is none. */
static netfwv6_result find_slot(const struct state *state, const char *device, bool idle_only,
				uint32_t *slot)
{
	struct slot_record records[SLOT_RECORDS];
	uint64_t bits;

	TRY(slots_read(state, records));
	*slot = slot_of(records, device);
	if (*slot)
		return NETFWV6_S_OK;
	TRY(slots_used(state, &bits));
	*slot = choose(state, records, bits, idle_only);
	if (!*slot)
		return NETFWV6_S_OK;
	if (records[*slot].device[0])
		TRY(slot_write(state, *slot, records[*slot].device, true));
	TRY(take_away(state, *slot));
	return slot_write(state, *slot, device, true);
}

netfwv6_result slot_reserve(const struct state *state, const char *device,
			    const struct configured_record *configured, uint32_t *slot)
{
	int lock CLEANUP(unlock_at) = -1;

	TRY(lock_names(state, &lock));
	/* Both under one lock: who gives slots without replacing programs asks for both. */
	TRY(configured_put(state, device, configured));
	return find_slot(state, device, true, slot);
}

void slot_settle(const struct state *state, const char *device)
{
	int lock CLEANUP(unlock_at) = -1;
	uint32_t slot;

	if (NETFWV6_SUCCEEDED(lock_names(state, &lock)) &&
	    NETFWV6_SUCCEEDED(slot_find(state, device, &slot)) && slot)
		slot_write(state, slot, device, false);
}

netfwv6_result slot_give(const struct state *state, const char *device)
{
	int lock CLEANUP(unlock_at) = -1;
	uint32_t slot;

	attachments_tidy(state);
	TRY(lock_names(state, &lock));
	TRY(find_slot(state, device, false, &slot));
	if (!slot)
		return slots_exhausted(device);
	TRY(teach_slot(state, device, slot));
	return slot_write(state, slot, device, false);
}
