// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/attachments.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device/instance.h"
#include "state/pins.h"
#include "util/error.h"
#include "util/scope.h"

struct place attachment_place(const struct state *state, const struct attachment *at)
{
	return (struct place){ state, at->id, at->record.ifindex };
}

/* ---- Looking ------------------------------------------------------------------- */

bool attachment_next(const struct state *state, struct attachment *at)
{
	uint32_t id = at->id;

	*at = (struct attachment){};
	if (!attachment_record_next(state, &id, &at->record))
		return false;
	at->id = id;
	return true;
}

void attachment_look(const struct state *state, struct attachment *at)
{
	const struct place place = attachment_place(state, at);

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

struct attachment attachment_find(const struct state *state, const struct device *device)
{
	struct attachment at = {};

	while (attachment_next(state, &at)) {
		attachment_look(state, &at);
		if (is_on(&at, device->ifindex))
			return at;
	}
	return (struct attachment){};
}

struct attachment attachment_find_elsewhere(const struct state *state, const char *device,
					    bool filtering)
{
	struct attachment at = {};
	bool here;

	while (state->root.state != ROOT_ABSENT && attachment_next(state, &at)) {
		if (strncmp(at.record.device, device, sizeof(at.record.device)) != 0)
			continue;
		attachment_look(state, &at);
		if (whereabouts(&at, &here) && !here && (!filtering || attachment_filters(&at)))
			return at;
	}
	return (struct attachment){};
}

const char *attachment_present_name(const struct state *state, struct attachment *at, char *name)
{
	uint32_t ifindex;
	bool here;

	attachment_look(state, at);
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

bool attachments_alive(const struct state *state)
{
	struct attachment at = {};
	bool here;

	while (attachment_next(state, &at)) {
		attachment_look(state, &at);
		if (whereabouts(&at, &here) || !at.seen || runs_in_a_filter(&at))
			return true;
	}
	return false;
}

netfwv6_result attachment_write(const struct state *state, const struct attachment *at)
{
	return attachment_record_put(state, at->id, &at->record);
}

/* ---- Loading anew ---------------------------------------------------------------- */

netfwv6_result attachment_reload(const struct state *state, const struct root *root,
				 const struct attachment *at, enum hook hook, uint32_t slot,
				 int *link, struct instance *instance)
{
	const struct hooked *hooked = &at->hooks[hook];
	const struct place place = attachment_place(state, at);
	int counts CLEANUP(close_descriptor) = -1;
	struct instance_spec spec;
	char path[PIN_PATH_SIZE];

	TRY(instance_spec_of(hooked->program_id, &spec));
	spec.config.ifindex = hooked->ifindex; /* where it is now */
	connection_config_give_slot(&spec.config, slot);
	TRY(hook_open(&place, hook, link));
	if (hook != HOOK_LEARN) {
		counts = bpf_obj_get(attachment_counts_path(state, at->id, path));
		if (counts < 0)
			return fail_errno(errno, "cannot open %s", path);
	}
	return instance_load(state, root, hook, &spec, counts, instance);
}

/* ---- Taking off ------------------------------------------------------------------ */

netfwv6_result attachment_drop(const struct state *state, const struct attachment *at)
{
	const struct place place = attachment_place(state, at);

	for (int hook = 0; hook < HOOKS; hook++)
		TRY(hook_clear(&place, hook));
	attachment_forget(state, at->id, &at->record);
	return NETFWV6_S_OK;
}

/* ---- Tidying ------------------------------------------------------------------- */

static void forget_unrecorded_counts(const struct state *state)
{
	char path[PIN_PATH_SIZE];
	DIR *counts = opendir(pin_path(state->root.dir, path, PIN_COUNTS, NULL));
	struct dirent *entry;
	uint32_t id;

	while (counts && (entry = readdir(counts)))
		if (sscanf(entry->d_name, "%u", &id) == 1 && !attachment_is_recorded(state, id))
			unlink(attachment_counts_path(state, id, path));
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
	at->record.flags &= ~(ATTACHED_STATELESS | ATTACHED_LEARN_ONLY | ATTACHED_FORWARD);
	at->record.flags |= spec->config.stateless ? ATTACHED_STATELESS : 0;
	at->record.flags |= spec->config.forward ? ATTACHED_FORWARD : 0;
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
static bool locate(const struct state *state, struct attachment *at, uint32_t ifindex)
{
	uint32_t before = at->record.ifindex;

	at->record.ifindex = ifindex;
	if (ifindex != before)
		attachment_record_unfiltered(state, at->id, before);
	return ifindex != before;
}

static void tidy(const struct state *state, struct attachment *at)
{
	uint32_t ifindex;
	bool here, mended;

	attachment_look(state, at);
	ifindex = whereabouts(at, &here);
	if (!at->seen)
		return;
	if (!ifindex) {
		attachment_drop(state, at);
		return;
	}
	mended = locate(state, at, ifindex);
	if (mend_programs(at) || mended)
		attachment_write(state, at);
	if (here && attachment_filters(at))
		attachment_record_filtered(state, at->id, &at->record);
	else
		attachment_record_unfiltered(state, at->id, ifindex);
}

void attachments_tidy(const struct state *state)
{
	struct attachment at = {};
	bool more = attachment_next(state, &at);

	while (more) {
		struct attachment this = at;

		/* First the step, then the removal: a removed key would begin anew. */
		more = attachment_next(state, &at);
		tidy(state, &this);
	}
	forget_unrecorded_counts(state);
	hooks_sweep(state, attachment_is_recorded);
}
