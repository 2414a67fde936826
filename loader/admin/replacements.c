// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/replacements.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "device/attachments.h"
#include "util/error.h"
#include "util/scope.h"

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

static netfwv6_result add_replacement(const struct loading *loading, struct attachment *at)
{
	attachment_look(loading->state, at);
	for (int hook = 0; hook < HOOKS; hook++) {
		struct replacement *new;

		if (!at->hooks[hook].program_id)
			continue;
		new = grow(loading->all);
		if (!new)
			return fail_errno(ENOMEM, "cannot replace the programs");
		new->place = attachment_place(loading->state, at);
		new->hook = hook;
		new->before = bpf_prog_get_fd_by_id(at->hooks[hook].program_id);
		TRY(attachment_reload(loading->state, loading->next, at, hook, at->record.slot,
				      &new->link, &new->instance));
	}
	return NETFWV6_S_OK;
}

netfwv6_result replacements_load(const struct state *state, const struct root *next,
				 struct replacements *all)
{
	const struct loading loading = { .state = state, .next = next, .all = all };
	struct attachment at = {};

	*all = (struct replacements){};
	while (attachment_next(state, &at))
		TRY(add_replacement(&loading, &at));
	return NETFWV6_S_OK;
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
		close_descriptor(&all->list[i].link);
		close_descriptor(&all->list[i].before);
	}
	free(all->list);
	*all = (struct replacements){};
}
