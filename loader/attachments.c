// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attachments.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "instance.h"

char *attachment_counts_path(const struct netfwv6_mgr *mgr, uint32_t id, char *path)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", id);
	return pin_path(mgr->root.dir, path, "counts", name);
}

struct place attachment_place(const struct netfwv6_mgr *mgr, const struct attachment *at)
{
	return (struct place){ mgr, at->id, at->record.ifindex };
}

/* ---- Looking ------------------------------------------------------------------- */

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

bool attachment_next(const struct netfwv6_mgr *mgr, struct attachment *at)
{
	const int map = mgr->root.map[PIN_ATTACHMENTS];
	uint32_t next = at->id;

	while ((next = next_id(map, next))) {
		*at = (struct attachment){ .id = next };
		if (!bpf_map_lookup_elem(map, &next, &at->record))
			return true;
	}
	return false;
}

void attachment_look(const struct netfwv6_mgr *mgr, struct attachment *at)
{
	const struct place place = attachment_place(mgr, at);

	at->seen = true;
	for (int hook = 0; hook < HOOKS; hook++)
		at->seen = hook_look(&place, hook, &at->hooks[hook]) && at->seen;
}

bool attachment_filters(const struct attachment *at)
{
	return !(at->record.flags & ATTACHED_LEARN_ONLY);
}

/* Whoever may not see links goes by the record. */
uint32_t attachment_program(const struct attachment *at, enum hook hook)
{
	return at->seen ? at->hooks[hook].program_id : at->record.program[hook];
}

static bool is_hooked(const struct attachment *at, enum hook hook)
{
	return at->seen ? at->hooks[hook].here : at->record.program[hook] != 0;
}

bool attachment_is_firewalled(const struct attachment *at)
{
	return at->id && is_hooked(at, HOOK_GUARD);
}

bool attachment_learns(const struct attachment *at)
{
	return at->id && is_hooked(at, HOOK_LEARN);
}

static bool is_on(const struct attachment *at, uint32_t ifindex)
{
	if (!at->seen)
		return at->record.ifindex == ifindex;
	for (int hook = 0; hook < HOOKS; hook++)
		if (at->hooks[hook].here && at->hooks[hook].ifindex == ifindex)
			return true;
	return false;
}

/* Where its device is, as the first hook says that has one; 0 when none has. */
static uint32_t whereabouts(const struct attachment *at, bool *here)
{
	for (int hook = 0; hook < HOOKS; hook++)
		if (at->hooks[hook].program_id) {
			*here = at->hooks[hook].here;
			return at->hooks[hook].ifindex;
		}
	*here = false;
	return 0;
}

struct attachment attachment_find(const struct netfwv6_mgr *mgr, const struct device *device)
{
	struct attachment at = {};

	while (attachment_next(mgr, &at)) {
		attachment_look(mgr, &at);
		if (is_on(&at, device->ifindex))
			return at;
	}
	return (struct attachment){};
}

struct attachment attachment_find_elsewhere(const struct netfwv6_mgr *mgr, const char *device,
					    bool filtering)
{
	struct attachment at = {};
	bool here;

	while (mgr->root.state != ROOT_ABSENT && attachment_next(mgr, &at)) {
		if (strncmp(at.record.device, device, sizeof(at.record.device)) != 0)
			continue;
		attachment_look(mgr, &at);
		if (whereabouts(&at, &here) && !here && (!filtering || attachment_filters(&at)))
			return at;
	}
	return (struct attachment){};
}

bool attachments_know(const struct netfwv6_mgr *mgr, uint32_t slot)
{
	struct attachment at = {};

	while (attachment_next(mgr, &at))
		if (at.record.known & SLOT_BIT(slot))
			return true;
	return false;
}

const char *attachment_present_name(const struct netfwv6_mgr *mgr, struct attachment *at,
				    char *name)
{
	uint32_t ifindex;
	bool here;

	attachment_look(mgr, at);
	ifindex = whereabouts(at, &here);
	if (!here || !if_indextoname(ifindex, name))
		snprintf(name, DEVICE_NAME_SIZE, "%.*s", DEVICE_NAME_SIZE - 1, at->record.device);
	return name;
}

static bool runs(uint32_t program_id)
{
	int program = program_id ? bpf_prog_get_fd_by_id(program_id) : -1;
	bool is_there = program >= 0 || (program_id && errno != ENOENT);

	if (program >= 0)
		close(program);
	return is_there;
}

/* Filters are seen in their own network namespace alone, but they keep their programs. */
static bool runs_in_a_filter(const struct attachment *at)
{
	return at->record.flags & ATTACHED_BY_FILTER &&
	       (runs(at->record.program[HOOK_GUARD]) || runs(at->record.program[HOOK_LEARN]));
}

bool attachments_alive(const struct netfwv6_mgr *mgr)
{
	struct attachment at = {};
	bool here;

	while (attachment_next(mgr, &at)) {
		attachment_look(mgr, &at);
		if (whereabouts(&at, &here) || !at.seen || runs_in_a_filter(&at))
			return true;
	}
	return false;
}

/* ---- Records ------------------------------------------------------------------- */

uint32_t attachment_new_id(const struct netfwv6_mgr *mgr)
{
	struct attachment at = {};
	uint32_t last = 0;

	while (attachment_next(mgr, &at))
		if (at.id > last)
			last = at.id;
	return last + 1;
}

netfwv6_result attachment_write(const struct netfwv6_mgr *mgr, const struct attachment *at)
{
	if (!bpf_map_update_elem(mgr->root.map[PIN_ATTACHMENTS], &at->id, &at->record, BPF_ANY))
		return NETFWV6_S_OK;
	if (errno == E2BIG)
		return fail(NETFWV6_E_OUTOFMEMORY, "%d devices are firewalled already",
			    ATTACHMENT_RECORDS);
	return fail_errno(errno, "cannot record device %s", at->record.device);
}

netfwv6_result attachment_mark_filtered(const struct netfwv6_mgr *mgr, const struct attachment *at)
{
	return bpf_map_update_elem(mgr->root.map[PIN_FILTERED], &at->record.ifindex, &at->id,
				   BPF_ANY) ?
		       fail_errno(errno, "cannot record device %s", at->record.device) :
		       NETFWV6_S_OK;
}

/* Unless the index is another device's by now. */
static void unmark_filtered(const struct netfwv6_mgr *mgr, uint32_t ifindex, uint32_t id)
{
	uint32_t owner;

	if (!bpf_map_lookup_elem(mgr->root.map[PIN_FILTERED], &ifindex, &owner) && owner == id)
		bpf_map_delete_elem(mgr->root.map[PIN_FILTERED], &ifindex);
}

/* The record last: whoever is killed before it leaves something that is found again. */
static void forget(const struct netfwv6_mgr *mgr, const struct attachment *at)
{
	char path[PIN_PATH_SIZE];

	unmark_filtered(mgr, at->record.ifindex, at->id);
	unlink(attachment_counts_path(mgr, at->id, path));
	bpf_map_delete_elem(mgr->root.map[PIN_ATTACHMENTS], &at->id);
}

netfwv6_result attachment_drop(const struct netfwv6_mgr *mgr, const struct attachment *at)
{
	const struct place place = attachment_place(mgr, at);
	netfwv6_result result = NETFWV6_S_OK;

	for (int hook = 0; hook < HOOKS && NETFWV6_SUCCEEDED(result); hook++)
		result = hook_clear(&place, hook);
	if (NETFWV6_SUCCEEDED(result))
		forget(mgr, at);
	return result;
}

/* ---- Tidying ------------------------------------------------------------------- */

static bool is_known(const struct netfwv6_mgr *mgr, uint32_t id)
{
	struct attachment_record record;

	return !bpf_map_lookup_elem(mgr->root.map[PIN_ATTACHMENTS], &id, &record) ||
	       errno != ENOENT;
}

static void forget_unrecorded_counts(const struct netfwv6_mgr *mgr)
{
	char path[PIN_PATH_SIZE];
	DIR *counts = opendir(pin_path(mgr->root.dir, path, "counts", NULL));
	struct dirent *entry;
	uint32_t id;

	while (counts && (entry = readdir(counts)))
		if (sscanf(entry->d_name, "%u", &id) == 1 && !is_known(mgr, id))
			unlink(attachment_counts_path(mgr, id, path));
	if (counts)
		closedir(counts);
}

/* The slots that its programs know. */
static uint32_t slots_known(const struct attachment *at)
{
	uint32_t known = SLOT_BIT(at->record.slot);
	struct instance_spec spec;

	for (int hook = 0; hook < HOOKS; hook++) {
		if (!at->hooks[hook].program_id)
			continue;
		if (NETFWV6_FAILED(instance_spec_of(at->hooks[hook].program_id, &spec)))
			return at->record.known;
		known |= SLOT_BIT(connection_config_slot(&spec.config));
	}
	return known;
}

/*
 * XDP tells its mode. Without it, a guard that expects no marks was put there to judge alone;
 * but one beside generic XDP expects none either.
 */
static uint32_t mode_of(const struct attachment *at)
{
	uint32_t guard = at->hooks[HOOK_GUARD].program_id;
	struct instance_spec spec;
	struct device_xdp xdp;

	if (at->hooks[HOOK_XDP].here &&
	    NETFWV6_SUCCEEDED(device_xdp(at->hooks[HOOK_XDP].ifindex, &xdp)))
		return xdp.mode;
	if (at->record.mode == NETFWV6_MODE_NATIVE && guard &&
	    NETFWV6_SUCCEEDED(instance_spec_of(guard, &spec)) && !spec.config.secret)
		return NETFWV6_MODE_TC;
	return at->record.mode;
}

/* The settings of the program that meets packets first are in force. */
static void mend_settings(struct attachment *at, const struct instance_spec *spec)
{
	if (at->record.next[0])
		memcpy(at->record.device, at->record.next, sizeof(at->record.device));
	at->record.flags &= ~(ATTACHED_STATELESS | ATTACHED_LEARN_ONLY);
	at->record.flags |= spec->config.stateless ? ATTACHED_STATELESS : 0;
	at->record.slot = connection_config_slot(&spec->config);
	at->record.mode = mode_of(at);
}

/* What was replaced by someone who was killed before he wrote it. */
static bool mend_programs(struct attachment *at)
{
	const enum hook first = at->hooks[HOOK_XDP].program_id ? HOOK_XDP : HOOK_GUARD;
	const uint32_t program_id = at->hooks[first].program_id;
	const struct attachment_record before = at->record;
	struct instance_spec spec;

	for (int hook = 0; hook < HOOKS; hook++)
		at->record.program[hook] = at->hooks[hook].program_id;
	if (program_id && program_id != before.program[first] &&
	    NETFWV6_SUCCEEDED(instance_spec_of(program_id, &spec)))
		mend_settings(at, &spec);
	memset(at->record.next, 0, sizeof(at->record.next));
	if (at->record.known != SLOT_BIT(at->record.slot))
		at->record.known = slots_known(at);
	return memcmp(&at->record, &before, sizeof(before)) != 0;
}

/* A device gets another index where its own is taken, and strangers send through those here. */
static bool locate(const struct netfwv6_mgr *mgr, struct attachment *at, uint32_t ifindex)
{
	uint32_t before = at->record.ifindex;

	at->record.ifindex = ifindex;
	if (ifindex != before)
		unmark_filtered(mgr, before, at->id);
	return ifindex != before;
}

static void tidy(const struct netfwv6_mgr *mgr, struct attachment *at)
{
	uint32_t ifindex;
	bool here, mended;

	attachment_look(mgr, at);
	ifindex = whereabouts(at, &here);
	if (!at->seen)
		return;
	if (!ifindex) {
		attachment_drop(mgr, at);
		return;
	}
	mended = locate(mgr, at, ifindex);
	if (mend_programs(at) || mended)
		attachment_write(mgr, at);
	if (here && attachment_filters(at))
		attachment_mark_filtered(mgr, at);
	else
		unmark_filtered(mgr, ifindex, at->id);
}

void attachments_tidy(const struct netfwv6_mgr *mgr)
{
	struct attachment at = {};
	bool more = attachment_next(mgr, &at);

	while (more) {
		struct attachment this = at;

		/* First the step, then the removal: a removed key would begin anew. */
		more = attachment_next(mgr, &at);
		tidy(mgr, &this);
	}
	forget_unrecorded_counts(mgr);
	hooks_sweep(mgr, is_known);
}
