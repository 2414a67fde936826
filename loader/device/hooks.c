// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/hooks.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device/device.h"
#include "state/pins.h"
#include "util/error.h"
#include "util/libbpf_log.h"
#include "util/scope.h"

#define LINKS "links"

/* Of newer headers than Debian 12 has. */
#define TCX_INGRESS ((enum bpf_attach_type)46)
#define TCX_EGRESS ((enum bpf_attach_type)47)
#define MAX_PROGRAMS 64 /* as many as the kernel allows on one hook */

const struct hook_kind hook_kinds[HOOKS] = {
	[HOOK_XDP] = { "xdp", "XDP program", BPF_XDP },
	[HOOK_GUARD] = { "guard", "guard", TCX_INGRESS },
	[HOOK_LEARN] = { "learn", "egress program", TCX_EGRESS },
};

char *hook_link_path(const struct place *place, enum hook hook, char *path)
{
	char name[32];

	snprintf(name, sizeof(name), "%u-%s", place->id, hook_kinds[hook].pin);
	return pin_path(place->state->root.dir, path, LINKS, name);
}

/* ---- What is there ------------------------------------------------------------ */

/*
 * Is the program among those of the hook of that index in this network namespace? An ifindex
 * alone can be that of a device which has moved to another one.
 */
static bool tcx_has(enum hook hook, struct hooked *hooked)
{
	uint32_t ids[MAX_PROGRAMS];
	LIBBPF_OPTS(bpf_prog_query_opts, opts, .prog_ids = ids, .prog_cnt = MAX_PROGRAMS);

	if (bpf_prog_query_opts((int)hooked->ifindex, hook_kinds[hook].type, &opts) &&
	    errno != ENOSPC)
		return false;
	for (uint32_t i = 0; i < opts.prog_cnt && i < MAX_PROGRAMS; i++)
		if (ids[i] == hooked->program_id) {
			hooked->in_front = i ? ids[0] : 0;
			return true;
		}
	return false;
}

static bool xdp_has(const struct hooked *hooked)
{
	struct device_xdp xdp;

	return NETFWV6_SUCCEEDED(device_xdp(hooked->ifindex, &xdp)) &&
	       xdp.program_id == hooked->program_id;
}

static void look_at_link(enum hook hook, int link, struct hooked *hooked)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	/* What the kernel tells of an XDP link lies where it tells the same of a TCX link. */
	if (bpf_obj_get_info_by_fd(link, &info, &size) || !info.xdp.ifindex)
		return;
	hooked->program_id = info.prog_id;
	hooked->ifindex = info.xdp.ifindex;
	hooked->here = hook == HOOK_XDP ? xdp_has(hooked) : tcx_has(hook, hooked);
}

struct clsact hook_filter(const struct place *place, enum hook hook)
{
	return (struct clsact){ place->ifindex, hook == HOOK_GUARD,
				place->state->root.record.serial };
}

static void look_at_filter(const struct place *place, enum hook hook, struct hooked *hooked)
{
	const struct clsact at = hook_filter(place, hook);

	libbpf_log_begin(&place->state->log);
	hooked->program_id = clsact_program(&at);
	libbpf_log_end();
	hooked->filter = hooked->here = hooked->program_id;
	hooked->ifindex = hooked->program_id ? place->ifindex : 0;
}

bool hook_look(const struct place *place, enum hook hook, struct hooked *hooked)
{
	char path[PIN_PATH_SIZE];
	int link CLEANUP(close_descriptor) = bpf_obj_get(hook_link_path(place, hook, path));
	bool seen = link >= 0 || errno == ENOENT;

	*hooked = (struct hooked){};
	if (link >= 0)
		look_at_link(hook, link, hooked);
	else if (hook != HOOK_XDP)
		look_at_filter(place, hook, hooked);
	return seen;
}

/* ---- Swapping -------------------------------------------------------------------- */

netfwv6_result hook_open(const struct place *place, enum hook hook, int *link)
{
	char path[PIN_PATH_SIZE];
	int fd = bpf_obj_get(hook_link_path(place, hook, path));

	if (fd < 0 && (errno != ENOENT || hook == HOOK_XDP))
		return fail_errno(errno, "cannot open %s", path);
	*link = fd;
	return NETFWV6_S_OK;
}

int hook_swap(const struct place *place, enum hook hook, int link, int program)
{
	const struct clsact at = hook_filter(place, hook);
	int error;

	if (link >= 0)
		return bpf_link_update(link, program, NULL) ? errno : 0;
	libbpf_log_begin(&place->state->log);
	error = clsact_attach(&at, program);
	libbpf_log_end();
	return error;
}

/* ---- Taking off ------------------------------------------------------------------ */

/* Not by unpinning alone: somebody may hold the link open. */
static int detach_link(const char *path)
{
	int link CLEANUP(close_descriptor) = bpf_obj_get(path);

	if (link < 0)
		return errno == ENOENT ? 0 : errno;
	/* Or it had no device any more. */
	if (bpf_link_detach(link) && errno != ENOLINK)
		return errno;
	return unlink(path) ? errno : 0;
}

netfwv6_result hook_clear(const struct place *place, enum hook hook)
{
	const struct clsact at = hook_filter(place, hook);
	char path[PIN_PATH_SIZE];
	int error = detach_link(hook_link_path(place, hook, path));

	if (!error && hook != HOOK_XDP) {
		libbpf_log_begin(&place->state->log);
		error = clsact_detach(&at);
		libbpf_log_end();
	}
	return error ? fail_errno(error, "cannot detach the %s of device %u", hook_kinds[hook].what,
				  place->ifindex) :
		       NETFWV6_S_OK;
}

void hooks_sweep(const struct state *state, bool (*known)(const struct state *, uint32_t))
{
	char path[PIN_PATH_SIZE];
	DIR *links = opendir(pin_path(state->root.dir, path, LINKS, NULL));
	struct dirent *entry;
	uint32_t id;

	while (links && (entry = readdir(links)))
		if (sscanf(entry->d_name, "%u", &id) == 1 &&
		    (!known(state, id) || strstr(entry->d_name, LINK_NEW)))
			detach_link(pin_path(state->root.dir, path, LINKS, entry->d_name));
	if (links)
		closedir(links);
}
