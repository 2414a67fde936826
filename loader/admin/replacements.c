// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/replacements.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "device/attachments.h"
#include "util/error.h"

struct replacement {
	struct place place;
	enum hook hook;
	int link; /* -1: a filter in the clsact qdisc */
	int before;
	struct instance instance;
};

struct loading {
	const struct state *state;
	const struct root *next;
	struct replacements *all;
};

/* ---- Loading ------------------------------------------------------------------- */

static struct replacement *grow(struct replacements *all)
{
	struct replacement *list = reallocarray(all->list, all->count + 1, sizeof(*list));

	if (!list)
		return NULL;
	all->list = list;
	list[all->count] = (struct replacement){ .link = -1, .before = -1 };
	return &list[all->count++];
}

/* The counters of what judges; -1 for what does not count. */
static netfwv6_result open_attachment_counts(const struct state *state, uint32_t id, enum hook hook,
					     int *counts)
{
	char path[PIN_PATH_SIZE];

	*counts = -1;
	if (hook == HOOK_LEARN)
		return NETFWV6_S_OK;
	*counts = bpf_obj_get(attachment_counts_path(state, id, path));
	return *counts < 0 ? fail_errno(errno, "cannot open %s", path) : NETFWV6_S_OK;
}

static netfwv6_result load_replacement(const struct loading *loading, const struct attachment *at,
				       struct replacement *new)
{
	const struct hooked *hooked = &at->hooks[new->hook];
	struct instance_spec spec;
	netfwv6_result result = instance_spec_of(hooked->program_id, &spec);
	int counts = -1;

	spec.config.ifindex = hooked->ifindex; /* where it is now */
	connection_config_give_slot(&spec.config, at->record.slot);
	if (NETFWV6_SUCCEEDED(result))
		result = hook_open(&new->place, new->hook, &new->link);
	if (NETFWV6_SUCCEEDED(result))
		result = open_attachment_counts(loading->state, new->place.id, new->hook, &counts);
	if (NETFWV6_SUCCEEDED(result))
		result = instance_load(loading->state, loading->next, new->hook, &spec, counts,
				       &new->instance);
	if (counts >= 0)
		close(counts);
	new->before = bpf_prog_get_fd_by_id(hooked->program_id);
	return result;
}

static netfwv6_result add_replacement(const struct loading *loading, struct attachment *at)
{
	netfwv6_result result = NETFWV6_S_OK;

	attachment_look(loading->state, at);
	for (int hook = 0; hook < HOOKS && NETFWV6_SUCCEEDED(result); hook++) {
		struct replacement *new;

		if (!at->hooks[hook].program_id)
			continue;
		new = grow(loading->all);
		if (!new)
			return fail_errno(ENOMEM, "cannot replace the programs");
		new->place = attachment_place(loading->state, at);
		new->hook = hook;
		result = load_replacement(loading, at, new);
	}
	return result;
}

netfwv6_result replacements_load(const struct state *state, const struct root *next,
				 struct replacements *all)
{
	const struct loading loading = { .state = state, .next = next, .all = all };
	netfwv6_result result = NETFWV6_S_OK;
	struct attachment at = {};

	*all = (struct replacements){};
	while (NETFWV6_SUCCEEDED(result) && attachment_next(state, &at))
		result = add_replacement(&loading, &at);
	if (NETFWV6_FAILED(result))
		replacements_free(all);
	return result;
}

/* ---- Putting them in place ----------------------------------------------------- */

netfwv6_result replacements_apply(const struct replacements *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct replacement *at = &all->list[i];
		int error = hook_swap(&at->place, at->hook, at->link, at->instance.program);

		/* A device may have gone meanwhile. */
		if (!error || error == ENOLINK || error == ENODEV)
			continue;
		fail_errno(error, "cannot replace the program of device %u", at->place.ifindex);
		while (i--) {
			at = &all->list[i];
			hook_swap(&at->place, at->hook, at->link, at->before);
		}
		return NETFWV6_E_FAIL;
	}
	return NETFWV6_S_OK;
}

const struct instance *replacements_of(const struct replacements *all, uint32_t attachment,
				       enum hook hook)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].place.id == attachment && all->list[i].hook == hook)
			return &all->list[i].instance;
	return NULL;
}

void replacements_free(struct replacements *all)
{
	for (size_t i = 0; i < all->count; i++) {
		instance_unload(&all->list[i].instance);
		if (all->list[i].link >= 0)
			close(all->list[i].link);
		if (all->list[i].before >= 0)
			close(all->list[i].before);
	}
	free(all->list);
	*all = (struct replacements){};
}
