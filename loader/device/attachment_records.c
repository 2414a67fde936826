// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/attachment_records.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "state/pins.h"
#include "util/error.h"

char *attachment_counts_path(const struct state *state, uint32_t id, char *path)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", id);
	return pin_path(state->root.dir, path, PIN_COUNTS, name);
}

/* The kernel's order is another one in each map. */
static uint32_t next_id(int map, uint32_t id)
{
	uint32_t key = 0, next, lowest = 0;

	while (!bpf_map_get_next_key(map, key ? &key : NULL, &next)) {
		if (next > id && (!lowest || next < lowest))
			lowest = next;
		key = next;
	}
	return lowest;
}

bool attachment_record_next(const struct state *state, uint32_t *id,
			    struct attachment_record *record)
{
	const int map = state->root.map[PIN_ATTACHMENTS];
	uint32_t next = *id;

	while ((next = next_id(map, next)))
		if (!bpf_map_lookup_elem(map, &next, record)) {
			*id = next;
			return true;
		}
	return false;
}

bool attachment_is_recorded(const struct state *state, uint32_t id)
{
	struct attachment_record record;

	return !bpf_map_lookup_elem(state->root.map[PIN_ATTACHMENTS], &id, &record) ||
	       errno != ENOENT;
}

bool attachments_know(const struct state *state, uint32_t slot)
{
	struct attachment_record record;
	uint32_t id = 0;

	while (attachment_record_next(state, &id, &record))
		if (record.known & SLOT_BIT(slot))
			return true;
	return false;
}

bool attached_by_name(const struct state *state, const char *device)
{
	struct attachment_record record;
	uint32_t id = 0;

	while (attachment_record_next(state, &id, &record))
		if (strncmp(record.device, device, sizeof(record.device)) == 0)
			return true;
	return false;
}

uint32_t attachment_new_id(const struct state *state)
{
	struct attachment_record record;
	uint32_t last = 0;

	while (attachment_record_next(state, &last, &record))
		;
	return last + 1;
}

netfwv6_result attachment_record_put(const struct state *state, uint32_t id,
				     const struct attachment_record *record)
{
	if (!bpf_map_update_elem(state->root.map[PIN_ATTACHMENTS], &id, record, BPF_ANY))
		return NETFWV6_S_OK;
	if (errno == E2BIG)
		return fail(NETFWV6_E_OUTOFMEMORY, "%d devices are firewalled already",
			    ATTACHMENT_RECORDS);
	return fail_errno(errno, "cannot record device %s", record->device);
}

netfwv6_result attachment_record_filtered(const struct state *state, uint32_t id,
					  const struct attachment_record *record)
{
	return bpf_map_update_elem(state->root.map[PIN_FILTERED], &record->ifindex, &id, BPF_ANY) ?
		       fail_errno(errno, "cannot record device %s", record->device) :
		       NETFWV6_S_OK;
}

void attachment_record_unfiltered(const struct state *state, uint32_t id, uint32_t ifindex)
{
	uint32_t owner;

	if (!bpf_map_lookup_elem(state->root.map[PIN_FILTERED], &ifindex, &owner) && owner == id)
		bpf_map_delete_elem(state->root.map[PIN_FILTERED], &ifindex);
}

/* The record last: whoever is killed before it leaves something that is found again. */
void attachment_forget(const struct state *state, uint32_t id,
		       const struct attachment_record *record)
{
	char path[PIN_PATH_SIZE];

	attachment_record_unfiltered(state, id, record->ifindex);
	unlink(attachment_counts_path(state, id, path));
	bpf_map_delete_elem(state->root.map[PIN_ATTACHMENTS], &id);
}
