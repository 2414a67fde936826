// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * First all that can fail: new maps, programs loaded on them. Then the old table is
 * retired: whoever changes it from now on sees the mark, waits, and repeats the change on
 * the new one. So the copy is complete, and the programs can be replaced one by one while
 * old and new say the same. The pins come last, "ports" last of all: who is killed before
 * leaves a retired table, which the next command of root moves again.
 */
#include "admin/rebuild.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "admin/replacements.h"
#include "device/attachments.h"
#include "device/last_line.h"
#include "ports/names.h"
#include "ports/port_table.h"
#include "ports/slots.h"
#include "state/configured.h"
#include "state/root.h"
#include "util/error.h"
#include "util/scope.h"
#include "util/utf8.h"

struct rebuilding {
	struct state *state; /* with the old maps */
	struct root next;
	struct policy table; /* the new port table */
	uint64_t bits;	     /* that belong to somebody */
	uint64_t *entries;   /* room for a copy */
	struct replacements programs;
	gid_t group;
};

/* ---- New maps ---------------------------------------------------------------- */

static netfwv6_result make_maps(struct rebuilding *r)
{
	int error;

	for (int pin = 0; pin < PINS_HELD; pin++) {
		if (pin != PIN_FILTERED) {
			TRY(pin_make_map(pin, &r->next.map[pin]));
			continue;
		}
		r->next.map[pin] = fcntl(r->state->root.map[pin], F_DUPFD_CLOEXEC, 0);
		if (r->next.map[pin] < 0)
			return fail_errno(errno, "cannot rebuild the state");
	}
	r->entries = malloc(PORT_ENTRIES * sizeof(*r->entries));
	if (!r->entries)
		return fail_errno(ENOMEM, "cannot copy the port table");
	error = policy_map(&r->table, r->next.map[PIN_PORTS], -1, 0);
	return error ? fail_errno(-error, "cannot map the new port table") : NETFWV6_S_OK;
}

static void end_rebuilding(struct rebuilding *r)
{
	replacements_free(&r->programs);
	free(r->entries);
	policy_destroy(&r->table);
	for (int pin = 0; pin < PINS_HELD; pin++)
		close_descriptor(&r->next.map[pin]);
}

/* ---- The copy ---------------------------------------------------------------- */

/*
 * Members of the group write slots past the library, too. What is in force decides whose a
 * slot is; a name that is none, or that has another slot already, has nothing.
 */
static void set_right(const struct rebuilding *r, struct slot_record *records)
{
	uint64_t known = 0;
	struct attachment at = {};

	while (attachment_next(r->state, &at)) {
		uint32_t slot = at.record.slot, other = slot_of(records, at.record.device);

		if (!attachment_filters(&at))
			continue;
		if (slot)
			known |= ENTRY_OPEN(slot);
		if (other == slot)
			continue;
		if (!slot) {
			records[other].unsure = true;
			continue;
		}
		for (; other; other = slot_of(records, at.record.device))
			records[other] = (struct slot_record){};
		memcpy(records[slot].device, at.record.device, DEVICE_NAME_SIZE);
	}
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++)
		if (!(known & ENTRY_OPEN(slot)) && (!device_name_is_sane(records[slot].device) ||
						    slot_of(records, records[slot].device) != slot))
			records[slot] = (struct slot_record){};
}

static netfwv6_result copy_slots(struct rebuilding *r)
{
	struct slot_record records[SLOT_RECORDS];

	TRY(slots_read(r->state, records));
	set_right(r, records);
	r->bits = ENTRY_GLOBAL | ENTRY_IN_USE;
	for (uint32_t slot = 1; slot <= SLOT_MAX; slot++) {
		if (bpf_map_update_elem(r->next.map[PIN_SLOTS], &slot, &records[slot], BPF_ANY))
			return fail_errno(errno, "cannot copy the slots");
		if (records[slot].device[0])
			r->bits |= ENTRY_OPEN(slot) | ENTRY_IGNORED(slot);
	}
	return NETFWV6_S_OK;
}

static void copy_entry(struct rebuilding *r, uint32_t entry, uint64_t bits)
{
	if (bits & ENTRY_IN_USE)
		policy_mark_in_use(&r->table, entry);
	if (bits & ~ENTRY_IN_USE)
		policy_set(&r->table, entry, bits);
}

static netfwv6_result copy_table(struct rebuilding *r, uint64_t bits)
{
	TRY(port_table_read(r->state, ALL_ENTRIES, r->entries));
	for (uint32_t i = 0; i < PORT_ENTRIES; i++)
		if (entry_port(i))
			copy_entry(r, i, r->entries[i] & bits);
	/* The copy is no change: what counts them goes on as it was. */
	return port_table_read(r->state, CHANGES, &r->table.entries[CHANGES_WORD]);
}

static netfwv6_result copy_attachments(struct rebuilding *r)
{
	struct attachment at = {};

	while (attachment_next(r->state, &at)) {
		for (int hook = 0; hook < HOOKS; hook++) {
			const struct instance *instance =
				replacements_of(&r->programs, at.id, hook);

			if (instance)
				at.record.program[hook] = instance->id;
		}
		at.record.known = SLOT_BIT(at.record.slot);
		if (bpf_map_update_elem(r->next.map[PIN_ATTACHMENTS], &at.id, &at.record, BPF_ANY))
			return fail_errno(errno, "cannot record device %s", at.record.device);
	}
	return NETFWV6_S_OK;
}

/* Who floods the old map does not keep the state from being moved away from him. */
static netfwv6_result copy_names(struct rebuilding *r)
{
	bool full = false;
	netfwv6_result result =
		names_copy(r->state->root.map[PIN_NAMES], r->next.map[PIN_NAMES], &r->table, &full);

	if (full)
		state_log(r->state,
			  "somebody writes names meanwhile: those of some ports are lost");
	return result;
}

static netfwv6_result copy_all(struct rebuilding *r)
{
	const struct root *old = &r->state->root;

	TRY(copy_slots(r));
	TRY(copy_table(r, r->bits));
	TRY(copy_names(r));
	TRY(copy_attachments(r));
	return configured_copy(old->map[PIN_CONFIGURED], r->next.map[PIN_CONFIGURED]);
}

/* ---- The pins ---------------------------------------------------------------- */

static netfwv6_result put_root(struct rebuilding *r)
{
	int fd CLEANUP(close_descriptor) = -1;
	uint32_t key = 0;

	r->next.record.layout = LAYOUT_VERSION;
	TRY(pin_make_map(PIN_ROOT, &fd));
	if (bpf_map_update_elem(fd, &key, &r->next.record, BPF_ANY))
		return fail_errno(errno, "cannot write the root record in %s", r->next.dir);
	return pin_put(r->next.dir, PIN_ROOT, fd, r->group);
}

/* A lock that a former member of the group may hold is left to it. */
static netfwv6_result publish(struct rebuilding *r)
{
	static const enum pin before[] = { PIN_SLOTS, PIN_CONFIGURED };
	static const enum pin behind[] = { PIN_ATTACHMENTS, PIN_NAMES, PIN_PORTS };

	for (size_t i = 0; i < 2; i++)
		TRY(pin_put(r->next.dir, before[i], r->next.map[before[i]], r->group));
	TRY(put_root(r));
	TRY(pins_renew_lock(r->next.dir, r->group));
	for (size_t i = 0; i < 3; i++)
		TRY(pin_put(r->next.dir, behind[i], r->next.map[behind[i]], r->group));
	return NETFWV6_S_OK;
}

/* ---- The whole --------------------------------------------------------------- */

static netfwv6_result move_over(struct rebuilding *r)
{
	netfwv6_result result;

	root_retire(&r->state->root, &r->state->policy);
	result = copy_all(r);
	if (NETFWV6_SUCCEEDED(result))
		result = replacements_apply(&r->programs);
	if (NETFWV6_FAILED(result)) {
		/* Nothing has come of it, and nobody has seen the new table. */
		root_revive(&r->state->root, &r->state->policy);
		return result;
	}
	/* Marks that programs made meanwhile. */
	copy_table(r, ENTRY_IN_USE);
	TRY(publish(r));
	if (last_line_is_attached(r->state))
		TRY(last_line_attach(r->state, &r->next));
	/* The old table keeps its mark. */
	root_revive(&r->next, &r->table);
	return NETFWV6_S_OK;
}

static netfwv6_result load_and_move(struct rebuilding *r)
{
	attachments_tidy(r->state);
	TRY(make_maps(r));
	TRY(replacements_load(r->state, &r->next, &r->programs));
	return move_over(r);
}

netfwv6_result rebuild(struct state *state, gid_t group)
{
	struct rebuilding r = { .state = state, .group = group };
	netfwv6_result result;
	int error = policy_init(&r.table);

	if (error)
		return fail_errno(-error, "cannot rebuild the state");
	root_init(&r.next, state->root.name);
	r.next.dir = state->root.dir;
	r.next.record = state->root.record;
	result = load_and_move(&r);
	end_rebuilding(&r);
	TRY(result);
	root_close(&state->root, &state->policy);
	return root_open(&state->root, &state->policy);
}
