// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/attach.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "device/counts.h"
#include "device/hook_put.h"
#include "device/seed.h"
#include "util/error.h"
#include "util/scope.h"

#define COUNTS_MODE 0644

struct work {
	struct state *state;
	const struct device *device;
	const struct form *form;
	const struct attachment *before;
	struct attachment at; /* as it becomes */
	int undo[HOOKS];      /* the programs of before, -1 for none */
	struct instance_spec spec;
	struct instance guard;
};

static struct place place_of(const struct work *w)
{
	return (struct place){ w->state, w->at.id, w->device->ifindex };
}

/* ---- Loading ------------------------------------------------------------------- */

/*
 * XDP in the driver and the guard know each other by it; what runs keeps its own. In generic mode
 * the kernel loses marks: it copies packets without the length of their link-layer header, by which
 * the guard would find them.
 */
static netfwv6_result choose_secret(struct work *w)
{
	uint32_t running = w->before->hooks[HOOK_GUARD].program_id;
	uint64_t *secret = (uint64_t *)&w->spec.config.secret;
	struct instance_spec spec;

	if (w->form->mode != NETFWV6_MODE_NATIVE)
		return NETFWV6_S_OK;
	if (running && NETFWV6_SUCCEEDED(instance_spec_of(running, &spec)))
		*secret = spec.config.secret;
	while (!*secret)
		if (getrandom(secret, sizeof(*secret), 0) != sizeof(*secret))
			return fail_errno(errno, "cannot draw a random number");
	return NETFWV6_S_OK;
}

static netfwv6_result specify(struct work *w)
{
	w->spec = (struct instance_spec){
		.raw_ip = w->device->framing == FRAMING_RAW_IP,
		.config = { .stateless = w->form->stateless,
			    .ifindex = w->device->ifindex,
			    .sealed = w->form->sealed,
			    .alone = w->form->alone,
			    .forward = w->form->forward },
	};
	connection_config_give_slot(&w->spec.config, w->form->slot);
	return choose_secret(w);
}

/* The counters go on where there are some; they are pinned before anything counts. */
static netfwv6_result load_guard(struct work *w)
{
	char path[PIN_PATH_SIZE];
	int counts CLEANUP(close_descriptor) =
		bpf_obj_get(attachment_counts_path(w->state, w->at.id, path));

	if (counts < 0 && errno != ENOENT)
		return fail_errno(errno, "cannot open %s", path);
	TRY(instance_load(w->state, &w->state->root, HOOK_GUARD, &w->spec, counts, &w->guard));
	if (counts < 0 && (bpf_obj_pin(w->guard.counts, path) || chmod(path, COUNTS_MODE)))
		return fail_errno(errno, "cannot pin %s", path);
	return NETFWV6_S_OK;
}

/* ---- The hooks ------------------------------------------------------------------ */

static netfwv6_result put_instance(struct work *w, enum hook hook, const struct instance *instance)
{
	const struct place place = place_of(w);

	TRY(hook_put(&place, hook, w->device, instance, w->form->mode));
	hook_look(&place, hook, &w->at.hooks[hook]);
	return NETFWV6_S_OK;
}

static netfwv6_result clear_hook(struct work *w, enum hook hook)
{
	const struct place place = place_of(w);

	w->at.hooks[hook] = (struct hooked){};
	return hook_clear(&place, hook);
}

static netfwv6_result load_and_put(struct work *w, enum hook hook, const struct instance_spec *spec,
				   int counts)
{
	struct instance instance CLEANUP(instance_unload) = {};

	TRY(instance_load(w->state, &w->state->root, hook, spec, counts, &instance));
	return put_instance(w, hook, &instance);
}

/* What leaves is learned from, and the sockets that exist are marked, before anything is judged. */
static netfwv6_result learn(struct work *w)
{
	struct instance_spec spec = w->spec;

	if (w->form->stateless)
		return NETFWV6_S_OK;
	spec.config.secret = 0;
	TRY(load_and_put(w, HOOK_LEARN, &spec, -1));
	return seed_from_sockets(&w->state->root, &w->state->policy, w->device->ifindex);
}

/* Until XDP is there, there is nothing that it could see. */
static bool is_attached_anew(const struct work *w)
{
	return w->form->renew_xdp || !w->before->hooks[HOOK_XDP].program_id ||
	       w->before->record.mode != w->form->mode;
}

static netfwv6_result put_xdp(struct work *w)
{
	if (w->form->mode == NETFWV6_MODE_TC)
		return clear_hook(w, HOOK_XDP);
	if (w->form->renew_xdp)
		TRY(clear_hook(w, HOOK_XDP));
	TRY(load_and_put(w, HOOK_XDP, &w->spec, w->guard.counts));
	return is_attached_anew(w) ? counts_clear(w->guard.counts, COUNT_UNSEEN_RUN, 3) :
				     NETFWV6_S_OK;
}

static netfwv6_result put_filters(struct work *w)
{
	TRY(load_guard(w));
	TRY(put_instance(w, HOOK_GUARD, &w->guard));
	TRY(put_xdp(w));
	if (w->form->stateless)
		TRY(clear_hook(w, HOOK_LEARN));
	return NETFWV6_S_OK;
}

/* ---- The record ------------------------------------------------------------------ */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static netfwv6_result record(struct work *w)
{
	struct attachment_record *record = &w->at.record;

	memcpy(record->device, w->device->name, sizeof(record->device));
	memset(record->next, 0, sizeof(record->next));
	record->ifindex = w->device->ifindex;
	record->flags = w->form->learn_only ? ATTACHED_LEARN_ONLY :
			w->form->stateless  ? ATTACHED_STATELESS :
					      0;
	if (w->form->forward)
		record->flags |= ATTACHED_FORWARD;
	if (w->form->sealed)
		record->flags |= ATTACHED_SEALED;
	for (int hook = 0; hook < HOOKS; hook++) {
		record->program[hook] = w->at.hooks[hook].program_id;
		if (w->at.hooks[hook].filter)
			record->flags |= ATTACHED_BY_FILTER;
	}
	record->mode = w->form->learn_only ? 0 : w->form->mode;
	record->slot = w->form->learn_only ? 0 : w->form->slot;
	record->known = SLOT_BIT(record->slot);
	if (!attachment_is_firewalled(w->before))
		record->since_ns = now_ns();
	return attachment_write(w->state, &w->at);
}

/*
 * Before anything is attached, as nobody would ever take off what has no record, or think that
 * somebody knows a slot of which nothing is recorded. What runs is described as it is until
 * all of it is replaced.
 */
static netfwv6_result record_first(struct work *w)
{
	memcpy(w->at.record.next, w->device->name, sizeof(w->at.record.next));
	w->at.record.known |= SLOT_BIT(w->form->slot);
	TRY(w->before->id ? attachment_write(w->state, &w->at) : record(w));
	return !w->form->learn_only ?
		       attachment_record_filtered(w->state, w->at.id, &w->at.record) :
		       NETFWV6_S_OK;
}

/* ---- Undoing ---------------------------------------------------------------------- */

static void remember(struct work *w)
{
	for (int hook = 0; hook < HOOKS; hook++) {
		uint32_t program_id = w->before->hooks[hook].program_id;

		w->undo[hook] = program_id ? bpf_prog_get_fd_by_id(program_id) : -1;
	}
}

static void undo(struct work *w)
{
	const struct place place = place_of(w);

	for (int hook = 0; hook < HOOKS; hook++) {
		int link CLEANUP(close_descriptor) = -1;

		if (w->undo[hook] < 0)
			hook_clear(&place, hook);
		else if (NETFWV6_SUCCEEDED(hook_open(&place, hook, &link)))
			hook_swap(&place, hook, link, w->undo[hook]);
	}
	attachment_write(w->state, w->before);
	attachments_tidy(w->state);
}

/* The sentence of what failed is kept over what undoing it says. */
static netfwv6_result undone(struct work *w, netfwv6_result failure)
{
	char sentence[512];

	strncpy(sentence, failure_sentence(), sizeof(sentence) - 1);
	sentence[sizeof(sentence) - 1] = '\0';
	if (w->before->id)
		undo(w);
	else
		attachment_drop(w->state, &w->at);
	return fail(failure, "%s", sentence);
}

static netfwv6_result attach_all(struct work *w)
{
	TRY(specify(w));
	TRY(record_first(w));
	TRY(learn(w));
	if (!w->form->learn_only)
		TRY(put_filters(w));
	return record(w);
}

netfwv6_result attach_programs(struct state *state, const struct device *device,
			       const struct attachment *present, const struct form *form)
{
	struct work w = {
		.state = state, .device = device, .form = form, .before = present, .at = *present
	};
	netfwv6_result result;

	w.at.seen = true;
	if (!w.at.id)
		w.at.id = attachment_new_id(state);
	remember(&w);
	result = attach_all(&w);
	if (NETFWV6_FAILED(result))
		result = undone(&w, result);
	instance_unload(&w.guard);
	for (int hook = 0; hook < HOOKS; hook++)
		close_descriptor(&w.undo[hook]);
	return result;
}

/* ---- Slots ------------------------------------------------------------------------ */

static netfwv6_result teach_program(const struct state *state, struct attachment *at,
				    enum hook hook, uint32_t slot)
{
	const struct place place = attachment_place(state, at);
	struct instance instance CLEANUP(instance_unload) = {};
	int link CLEANUP(close_descriptor) = -1;
	int error;

	TRY(attachment_reload(state, &state->root, at, hook, slot, &link, &instance));
	error = hook_swap(&place, hook, link, instance.program);
	at->record.program[hook] = instance.id;
	return error ? fail_errno(error, "cannot replace a program on device %s",
				  at->record.device) :
		       NETFWV6_S_OK;
}

netfwv6_result attachment_give_slot(const struct state *state, struct attachment *at, uint32_t slot)
{
	at->record.known |= SLOT_BIT(slot);
	TRY(attachment_write(state, at));
	attachment_look(state, at);
	for (int hook = 0; hook < HOOKS; hook++)
		if (at->hooks[hook].program_id)
			TRY(teach_program(state, at, hook, slot));
	at->record.slot = slot;
	at->record.known = SLOT_BIT(slot);
	return attachment_write(state, at);
}
