// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hooks.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clsact.h"
#include "error.h"
#include "libbpf_log.h"
#include "mode.h"

#define LINK_MODE 0600
#define LINKS "links"
#define NEW "-new" /* a link that is about to take a pin's place */

/* Of newer headers than Debian 12 has. */
#define TCX_INGRESS ((enum bpf_attach_type)46)
#define TCX_EGRESS ((enum bpf_attach_type)47)
#define MAX_PROGRAMS 64	    /* as many as the kernel allows on one hook */
#define TCX_FIRST (1U << 3) /* BPF_F_BEFORE nothing: in front of all others */

static const struct {
	const char *pin; /* behind the attachment's id */
	const char *what;
	enum bpf_attach_type type;
} hooks[HOOKS] = {
	[HOOK_XDP] = { "xdp", "XDP program", BPF_XDP },
	[HOOK_GUARD] = { "guard", "guard", TCX_INGRESS },
	[HOOK_LEARN] = { "learn", "egress program", TCX_EGRESS },
};

static char *link_path(const struct place *place, enum hook hook, char *path)
{
	char name[32];

	snprintf(name, sizeof(name), "%u-%s", place->id, hooks[hook].pin);
	return pin_path(place->mgr->root.dir, path, LINKS, name);
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

	if (bpf_prog_query_opts((int)hooked->ifindex, hooks[hook].type, &opts) && errno != ENOSPC)
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

static struct clsact clsact_of(const struct place *place, enum hook hook)
{
	return (struct clsact){ place->ifindex, hook == HOOK_GUARD,
				place->mgr->root.record.serial };
}

static void look_at_filter(const struct place *place, enum hook hook, struct hooked *hooked)
{
	const struct clsact at = clsact_of(place, hook);

	libbpf_log_begin(place->mgr);
	hooked->program_id = clsact_program(&at);
	libbpf_log_end();
	hooked->filter = hooked->here = hooked->program_id;
	hooked->ifindex = hooked->program_id ? place->ifindex : 0;
}

bool hook_look(const struct place *place, enum hook hook, struct hooked *hooked)
{
	char path[PIN_PATH_SIZE];
	int link = bpf_obj_get(link_path(place, hook, path));
	bool seen = link >= 0 || errno == ENOENT;

	*hooked = (struct hooked){};
	if (link >= 0) {
		look_at_link(hook, link, hooked);
		close(link);
	} else if (hook != HOOK_XDP) {
		look_at_filter(place, hook, hooked);
	}
	return seen;
}

/* ---- Attaching ----------------------------------------------------------------- */

static int create_link(enum hook hook, int program, const struct device *device, uint32_t mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = hook != HOOK_XDP		 ? TCX_FIRST :
			     mode == NETFWV6_MODE_NATIVE ? XDP_FLAGS_DRV_MODE :
							   XDP_FLAGS_SKB_MODE);

	return bpf_link_create(program, (int)device->ifindex, hooks[hook].type, &opts);
}

/* Kernels without TCX do not know the attach type. */
static bool lacks_tcx(int error)
{
	return error == EINVAL || error == EOPNOTSUPP;
}

/*
 * Makes an attached link last; until then it goes with the process. It takes the place of a
 * link that is pinned there, whose program is taken off then.
 */
static netfwv6_result keep(const char *path, int link)
{
	char new[PIN_PATH_SIZE + sizeof(NEW)];
	int old = bpf_obj_get(path);
	netfwv6_result result = NETFWV6_S_OK;

	snprintf(new, sizeof(new), "%s%s", path, NEW);
	unlink(new); /* of a killed process */
	if (bpf_obj_pin(link, new) || chmod(new, LINK_MODE) || rename(new, path)) {
		result = fail_errno(errno, "cannot pin %s", path);
		unlink(new);
	} else if (old >= 0) {
		bpf_link_detach(old); /* somebody may hold it open */
	}
	if (old >= 0)
		close(old);
	return result;
}

static netfwv6_result put_filter(const struct place *place, enum hook hook,
				 const struct device *device, int program)
{
	struct clsact at = clsact_of(place, hook);
	int error;

	at.ifindex = device->ifindex;
	libbpf_log_begin(place->mgr);
	error = clsact_attach(&at, program);
	libbpf_log_end();
	if (!error)
		return NETFWV6_S_OK;
	if (error == ENOTSUP)
		return fail(
			NETFWV6_E_ABORT,
			"device %s has an ingress qdisc, which has no egress side: replace it by "
			"clsact, or enable with --stateless",
			device->name);
	return fail_errno(
		error,
		"cannot attach the %s to device %s at priority 1 of its clsact qdisc ('tc "
		"filter show dev %s %s' shows who has it)",
		hooks[hook].what, device->name, device->name,
		hook == HOOK_GUARD ? "ingress" : "egress");
}

/* The kernel gives links no more than a number: what the device is has to explain it. */
static netfwv6_result xdp_refused(const struct device *device, uint32_t mode, int error)
{
	struct device_traits traits;
	struct device_xdp xdp;
	netfwv6_result result;

	if ((error == EBUSY || error == EEXIST) &&
	    NETFWV6_SUCCEEDED(device_xdp(device->ifindex, &xdp)) && xdp.program_id)
		return device_held(device, &xdp);
	result = device_traits_read(device, 0, &traits);
	return NETFWV6_FAILED(result) ? result : mode_refused(device, &traits, mode, -error);
}

static netfwv6_result attach(const struct place *place, enum hook hook, const struct device *device,
			     int program, uint32_t mode)
{
	char path[PIN_PATH_SIZE];
	int link = create_link(hook, program, device, mode);
	int error = link < 0 ? errno : 0;
	netfwv6_result result;

	if (error && hook != HOOK_XDP && lacks_tcx(error))
		return put_filter(place, hook, device, program);
	if (error && hook == HOOK_XDP)
		return xdp_refused(device, mode, error);
	if (error)
		return fail_errno(error, "cannot attach the %s to device %s", hooks[hook].what,
				  device->name);
	result = keep(link_path(place, hook, path), link);
	close(link);
	return result;
}

/* Does netlink show the XDP program of the pinned link in another mode than it is wanted in? */
static bool has_mode(const struct hooked *hooked, uint32_t mode)
{
	struct device_xdp xdp;

	return NETFWV6_SUCCEEDED(device_xdp(hooked->ifindex, &xdp)) && xdp.mode == mode;
}

/* The kernel has room for one XDP program, in one mode: the old one first makes way. */
static netfwv6_result change_mode(const struct place *place, const struct device *device,
				  const struct instance *instance, uint32_t mode)
{
	uint32_t before = mode == NETFWV6_MODE_NATIVE ? NETFWV6_MODE_GENERIC : NETFWV6_MODE_NATIVE;
	netfwv6_result result = hook_clear(place, HOOK_XDP);
	char sentence[512];

	if (NETFWV6_FAILED(result))
		return result;
	result = attach(place, HOOK_XDP, device, instance->program, mode);
	if (NETFWV6_SUCCEEDED(result))
		return result;
	snprintf(sentence, sizeof(sentence), "%s", netfwv6_detail());
	attach(place, HOOK_XDP, device, instance->program, before);
	return fail(result, "%s", sentence);
}

static netfwv6_result replace(const struct place *place, enum hook hook,
			      const struct device *device, int program)
{
	int link = -1, error;
	netfwv6_result result = hook_open(place, hook, &link);

	if (NETFWV6_FAILED(result))
		return result;
	error = hook_swap(place, hook, link, program);
	if (link >= 0)
		close(link);
	return error ? fail_errno(error, "cannot replace the %s of device %s", hooks[hook].what,
				  device->name) :
		       NETFWV6_S_OK;
}

netfwv6_result hook_put(const struct place *place, enum hook hook, const struct device *device,
			const struct instance *instance, uint32_t mode)
{
	struct hooked now;

	hook_look(place, hook, &now);
	if (!now.program_id || !now.here || now.in_front)
		return attach(place, hook, device, instance->program, mode);
	if (hook == HOOK_XDP && !has_mode(&now, mode))
		return change_mode(place, device, instance, mode);
	if (instance_is_running(instance, &place->mgr->root, now.program_id))
		return NETFWV6_S_OK;
	return replace(place, hook, device, instance->program);
}

/* ---- Swapping -------------------------------------------------------------------- */

netfwv6_result hook_open(const struct place *place, enum hook hook, int *link)
{
	char path[PIN_PATH_SIZE];
	int fd = bpf_obj_get(link_path(place, hook, path));

	if (fd < 0 && (errno != ENOENT || hook == HOOK_XDP))
		return fail_errno(errno, "cannot open %s", path);
	*link = fd;
	return NETFWV6_S_OK;
}

int hook_swap(const struct place *place, enum hook hook, int link, int program)
{
	const struct clsact at = clsact_of(place, hook);
	int error;

	if (link >= 0)
		return bpf_link_update(link, program, NULL) ? errno : 0;
	libbpf_log_begin(place->mgr);
	error = clsact_attach(&at, program);
	libbpf_log_end();
	return error;
}

/* ---- Taking off ------------------------------------------------------------------ */

/* Not by unpinning alone: somebody may hold the link open. */
static int detach_link(const char *path)
{
	int link = bpf_obj_get(path);
	int error;

	if (link < 0)
		return errno == ENOENT ? 0 : errno;
	error = bpf_link_detach(link) ? errno : 0;
	close(link);
	/* It had no device any more. */
	if (error && error != ENOLINK)
		return error;
	return unlink(path) ? errno : 0;
}

netfwv6_result hook_clear(const struct place *place, enum hook hook)
{
	const struct clsact at = clsact_of(place, hook);
	char path[PIN_PATH_SIZE];
	int error = detach_link(link_path(place, hook, path));

	if (!error && hook != HOOK_XDP) {
		libbpf_log_begin(place->mgr);
		error = clsact_detach(&at);
		libbpf_log_end();
	}
	return error ? fail_errno(error, "cannot detach the %s of device %u", hooks[hook].what,
				  place->ifindex) :
		       NETFWV6_S_OK;
}

void hooks_sweep(const struct netfwv6_mgr *mgr, bool (*known)(const struct netfwv6_mgr *, uint32_t))
{
	char path[PIN_PATH_SIZE];
	DIR *links = opendir(pin_path(mgr->root.dir, path, LINKS, NULL));
	struct dirent *entry;
	uint32_t id;

	while (links && (entry = readdir(links)))
		if (sscanf(entry->d_name, "%u", &id) == 1 &&
		    (!known(mgr, id) || strstr(entry->d_name, NEW)))
			detach_link(pin_path(mgr->root.dir, path, LINKS, entry->d_name));
	if (links)
		closedir(links);
}
