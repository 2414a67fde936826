// SPDX-License-Identifier: LGPL-2.1-or-later
#include "replacements.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "attachments.h"
#include "egress.h"
#include "error.h"

struct replacement {
	uint32_t attachment; /* its id; 0 at egress */
	uint32_t ifindex;
	int link; /* -1: a filter in the clsact qdisc */
	int before;
	struct instance instance;
};

struct loading {
	const struct netfwv6_mgr *mgr;
	const struct root *next;
	struct replacements *all;
	netfwv6_result result;
};

static struct replacement *grow(struct loading *loading)
{
	struct replacements *all = loading->all;
	struct replacement *list = reallocarray(all->list, all->count + 1, sizeof(*list));

	if (!list) {
		loading->result = fail_errno(ENOMEM, "cannot replace the programs");
		return NULL;
	}
	all->list = list;
	list[all->count] = (struct replacement){ .link = -1, .before = -1 };
	return &list[all->count];
}

/* Takes over link, -1 for none. */
static void add(struct loading *loading, const struct replacement *what, uint32_t program_id,
		int counts)
{
	struct replacement *new = NETFWV6_SUCCEEDED(loading->result) ? grow(loading) : NULL;
	struct instance_spec spec;

	if (new) {
		*new = *what;
		loading->result = instance_spec_of(program_id, &spec);
		spec.config.ifindex = what->ifindex;
	}
	if (new &&NETFWV6_SUCCEEDED(loading->result))
		loading->result = what->attachment ?
					  instance_load_ingress(loading->mgr, loading->next, &spec,
								counts, &new->instance) :
					  instance_load_egress(loading->mgr, loading->next, &spec,
							       &new->instance);
	if (new &&NETFWV6_SUCCEEDED(loading->result)) {
		new->before = bpf_prog_get_fd_by_id(program_id);
		loading->all->count++;
	} else if (what->link >= 0) {
		close(what->link);
	}
}

static void add_ingress(struct loading *loading, const struct attachment *at)
{
	const struct netfwv6_mgr *mgr = loading->mgr;
	struct replacement what = { .attachment = at->id, .ifindex = at->record.ifindex };
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	char path[PIN_PATH_SIZE];
	int counts;

	what.link = bpf_obj_get(attachment_link_path(mgr, at->id, path));
	if (what.link < 0 || bpf_obj_get_info_by_fd(what.link, &info, &size)) {
		loading->result = fail_errno(errno, "cannot open %s", path);
		if (what.link >= 0)
			close(what.link);
		return;
	}
	counts = bpf_obj_get(attachment_counts_path(mgr, at->id, path));
	if (counts < 0)
		loading->result = fail_errno(errno, "cannot open %s", path);
	what.ifindex = info.xdp.ifindex; /* where it is now */
	add(loading, &what, info.prog_id, counts);
	if (counts >= 0)
		close(counts);
}

/* The program of a clsact filter has to be asked from where the device is. */
static void add_filter(struct loading *loading, uint32_t ifindex)
{
	struct replacement what = { .ifindex = ifindex, .link = -1 };
	uint32_t program_id = egress_filter_program(loading->mgr, ifindex);

	if (program_id)
		add(loading, &what, program_id, -1);
}

static bool add_link(const struct egress_link *link, void *context)
{
	struct replacement what = { .ifindex = link->ifindex, .link = bpf_obj_get(link->path) };
	struct loading *loading = context;

	if (what.link < 0)
		loading->result = fail_errno(errno, "cannot open %s", link->path);
	else if (link->ifindex)
		add(loading, &what, link->program_id, -1);
	else
		close(what.link);
	return NETFWV6_FAILED(loading->result);
}

netfwv6_result replacements_load(const struct netfwv6_mgr *mgr, const struct root *next,
				 struct replacements *all)
{
	struct loading loading = { .mgr = mgr, .next = next, .all = all };
	struct attachment at = {};
	struct egress_link link;

	*all = (struct replacements){};
	while (NETFWV6_SUCCEEDED(loading.result) && attachment_next(mgr, &at)) {
		if (at.record.program_id)
			add_ingress(&loading, &at);
		if (NETFWV6_SUCCEEDED(loading.result))
			add_filter(&loading, at.record.ifindex);
	}
	if (NETFWV6_SUCCEEDED(loading.result))
		egress_search(mgr, add_link, &loading, &link);
	if (NETFWV6_FAILED(loading.result))
		replacements_free(all);
	return loading.result;
}

/* ---- Putting them in place ----------------------------------------------------- */

static int put(const struct netfwv6_mgr *mgr, const struct replacement *at, int program)
{
	if (at->link < 0)
		return egress_put_filter(mgr, at->ifindex, program);
	return bpf_link_update(at->link, program, NULL) ? errno : 0;
}

netfwv6_result replacements_apply(const struct netfwv6_mgr *mgr, const struct replacements *all)
{
	for (size_t i = 0; i < all->count; i++) {
		int error = put(mgr, &all->list[i], all->list[i].instance.program);

		/* A device may have gone meanwhile. */
		if (!error || error == ENOLINK || error == ENODEV)
			continue;
		fail_errno(error, "cannot replace the program of device %u", all->list[i].ifindex);
		while (i--)
			put(mgr, &all->list[i], all->list[i].before);
		return NETFWV6_E_FAIL;
	}
	return NETFWV6_S_OK;
}

const struct instance *replacements_of(const struct replacements *all, uint32_t attachment)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].attachment == attachment)
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
