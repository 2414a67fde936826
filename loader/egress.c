// SPDX-License-Identifier: LGPL-2.1-or-later
#include "egress.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clsact.h"
#include "error.h"
#include "instance.h"
#include "libbpf_log.h"

#define LINK_MODE 0600

/* Of newer headers than Debian 12 has. */
#define TCX_EGRESS ((enum bpf_attach_type)47)
#define MAX_PROGRAMS 64	    /* as many as the kernel allows on one hook */
#define TCX_FIRST (1U << 3) /* BPF_F_BEFORE nothing: in front of all others */

static char *link_path(const struct netfwv6_mgr *mgr, uint32_t id, char *path)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", id);
	return pin_path(mgr->root.dir, path, "egress", name);
}

static bool look_at(const char *path, struct egress_link *seen)
{
	int link = bpf_obj_get(path);
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	bool done;

	if (link < 0)
		return false;
	done = bpf_obj_get_info_by_fd(link, &info, &size) == 0;
	close(link);
	snprintf(seen->path, sizeof(seen->path), "%s", path);
	seen->id = info.id;
	seen->ifindex = info.xdp.ifindex; /* lies where info.tcx.ifindex does */
	seen->program_id = info.prog_id;
	return done;
}

bool egress_search(const struct netfwv6_mgr *mgr,
		   bool (*found)(const struct egress_link *link, void *context), void *context,
		   struct egress_link *link)
{
	char path[PIN_PATH_SIZE];
	DIR *pins = opendir(pin_path(mgr->root.dir, path, "egress", NULL));
	struct dirent *entry;
	bool got = false;

	while (pins && !got && (entry = readdir(pins)))
		got = *entry->d_name != '.' &&
		      look_at(pin_path(mgr->root.dir, path, "egress", entry->d_name), link) &&
		      found(link, context);
	if (pins)
		closedir(pins);
	return got;
}

bool egress_is_visible(const struct netfwv6_mgr *mgr)
{
	char path[PIN_PATH_SIZE];

	return access(pin_path(mgr->root.dir, path, "egress", NULL), R_OK | X_OK) == 0;
}

/*
 * Is the link's program on the device of its index in this network namespace? An ifindex
 * alone can be that of a device which has moved to another one.
 */
static bool is_here(const struct egress_link *link)
{
	uint32_t ids[MAX_PROGRAMS];
	LIBBPF_OPTS(bpf_prog_query_opts, opts, .prog_ids = ids, .prog_cnt = MAX_PROGRAMS);

	if (bpf_prog_query_opts((int)link->ifindex, TCX_EGRESS, &opts) && errno != ENOSPC)
		return false;
	for (uint32_t i = 0; i < opts.prog_cnt && i < MAX_PROGRAMS; i++)
		if (ids[i] == link->program_id)
			return true;
	return false;
}

/* What a search is for. */
struct place {
	uint32_t ifindex;
	bool here;
};

static bool is_at(const struct egress_link *link, void *context)
{
	const struct place *place = context;

	return link->ifindex == place->ifindex && is_here(link) == place->here;
}

static bool find_link(const struct netfwv6_mgr *mgr, uint32_t ifindex, bool here,
		      struct egress_link *link)
{
	struct place place = { ifindex, here };

	return egress_search(mgr, is_at, &place, link);
}

static bool is_alive(const struct egress_link *link, void *unused)
{
	(void)unused;
	return link->ifindex != 0;
}

bool egress_any_alive(const struct netfwv6_mgr *mgr)
{
	struct egress_link link;

	return egress_search(mgr, is_alive, NULL, &link);
}

static bool forget_if_gone(const struct egress_link *link, void *unused)
{
	(void)unused;
	if (!link->ifindex)
		unlink(link->path);
	return false;
}

void egress_tidy(const struct netfwv6_mgr *mgr)
{
	struct egress_link link;

	egress_search(mgr, forget_if_gone, NULL, &link);
}

uint32_t egress_filter_program(const struct netfwv6_mgr *mgr, uint32_t ifindex)
{
	uint32_t program_id;

	libbpf_log_begin(mgr);
	program_id = clsact_program(ifindex, mgr->root.record.serial);
	libbpf_log_end();
	return program_id;
}

int egress_put_filter(const struct netfwv6_mgr *mgr, uint32_t ifindex, int program)
{
	int error;

	libbpf_log_begin(mgr);
	error = clsact_attach(ifindex, program, mgr->root.record.serial);
	libbpf_log_end();
	return error;
}

bool egress_is_attached(const struct netfwv6_mgr *mgr, uint32_t ifindex)
{
	struct egress_link link;

	return find_link(mgr, ifindex, true, &link) || egress_filter_program(mgr, ifindex);
}

uint32_t egress_link_id(const struct netfwv6_mgr *mgr, uint32_t ifindex)
{
	struct egress_link link;

	return find_link(mgr, ifindex, true, &link) ? link.id : 0;
}

bool egress_look(const struct netfwv6_mgr *mgr, uint32_t id, uint32_t *ifindex, bool *here)
{
	struct egress_link link;
	char path[PIN_PATH_SIZE];

	if (!look_at(link_path(mgr, id, path), &link) || !link.ifindex)
		return false;
	*ifindex = link.ifindex;
	*here = is_here(&link);
	return true;
}

/* ---- Attaching --------------------------------------------------------------- */

static netfwv6_result update(const struct egress_link *link, int program)
{
	int fd = bpf_obj_get(link->path);
	int error = fd < 0 || bpf_link_update(fd, program, NULL) ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error ? fail_errno(error, "cannot replace the egress program of device %u",
				  link->ifindex) :
		       NETFWV6_S_OK;
}

/* Pins a new link; until then it goes with the process. */
static netfwv6_result keep(const struct netfwv6_mgr *mgr, int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	char path[PIN_PATH_SIZE];

	if (bpf_obj_get_info_by_fd(link, &info, &size))
		return fail_errno(errno, "cannot identify the egress link");
	link_path(mgr, info.id, path);
	unlink(path); /* of a killed process, whose id came again */
	if (bpf_obj_pin(link, path) || chmod(path, LINK_MODE))
		return fail_errno(errno, "cannot pin %s", path);
	return NETFWV6_S_OK;
}

/* Kernels without TCX do not know the attach type. */
static bool lacks_tcx(int error)
{
	return error == EINVAL || error == EOPNOTSUPP;
}

static netfwv6_result attach_new(const struct netfwv6_mgr *mgr, const struct device *device,
				 int program)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = TCX_FIRST);
	int link = bpf_link_create(program, (int)device->ifindex, TCX_EGRESS, &opts);
	int error = link < 0 ? errno : 0;
	netfwv6_result result;

	if (error && lacks_tcx(error)) {
		error = egress_put_filter(mgr, device->ifindex, program);
		if (!error)
			return NETFWV6_S_OK;
	}
	if (error == ENOTSUP)
		return fail(
			NETFWV6_E_ABORT,
			"device %s has an ingress qdisc, which has no egress side: replace it by "
			"clsact, or enable with --stateless",
			device->name);
	if (error)
		return fail_errno(
			error,
			"cannot attach the egress program to device %s at priority 1 of its "
			"clsact qdisc ('tc filter show dev %s egress' shows who has it)",
			device->name, device->name);
	result = keep(mgr, link);
	close(link);
	return result;
}

netfwv6_result egress_attach(struct netfwv6_mgr *mgr, const struct device *device,
			     const struct instance_spec *spec)
{
	struct egress_link link;
	struct instance instance;
	netfwv6_result result;

	result = instance_load_egress(mgr, &mgr->root, spec, &instance);
	if (NETFWV6_FAILED(result))
		return result;
	if (!find_link(mgr, device->ifindex, true, &link))
		result = attach_new(mgr, device, instance.program);
	else if (!instance_is_running(&instance, &mgr->root, link.program_id))
		result = update(&link, instance.program);
	instance_unload(&instance);
	return result;
}

netfwv6_result egress_replace(const struct netfwv6_mgr *mgr, uint32_t ifindex, bool here,
			      const struct instance_spec *spec)
{
	struct egress_link link;
	struct instance instance;
	netfwv6_result result;
	bool linked = find_link(mgr, ifindex, here, &link);
	int error;

	if (!linked && (!here || !egress_filter_program(mgr, ifindex)))
		return NETFWV6_S_OK;
	result = instance_load_egress(mgr, &mgr->root, spec, &instance);
	if (NETFWV6_FAILED(result))
		return result;
	if (linked) {
		result = update(&link, instance.program);
	} else {
		error = egress_put_filter(mgr, ifindex, instance.program);
		if (error)
			result = fail_errno(error, "cannot replace the egress filter of device %u",
					    ifindex);
	}
	instance_unload(&instance);
	return result;
}

/* ---- Detaching --------------------------------------------------------------- */

static int detach_link(const char *path)
{
	int fd = bpf_obj_get(path);
	int error = fd < 0 || bpf_link_detach(fd) ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error ?: unlink(path) ? errno : 0;
}

static int detach_links(const struct netfwv6_mgr *mgr, uint32_t ifindex, bool here)
{
	struct egress_link link;
	int error = 0;

	while (!error && find_link(mgr, ifindex, here, &link))
		error = detach_link(link.path);
	return error;
}

static netfwv6_result detached(uint32_t ifindex, int error)
{
	return error ? fail_errno(error, "cannot detach the egress program of device %u", ifindex) :
		       NETFWV6_S_OK;
}

netfwv6_result egress_detach(const struct netfwv6_mgr *mgr, uint32_t ifindex)
{
	int error = detach_links(mgr, ifindex, true);

	libbpf_log_begin(mgr);
	error = error ?: clsact_detach(ifindex, mgr->root.record.serial);
	libbpf_log_end();
	return detached(ifindex, error);
}

netfwv6_result egress_detach_elsewhere(const struct netfwv6_mgr *mgr, uint32_t ifindex)
{
	return detached(ifindex, detach_links(mgr, ifindex, false));
}

netfwv6_result egress_detach_link(const struct netfwv6_mgr *mgr, uint32_t id)
{
	char path[PIN_PATH_SIZE];
	int error = detach_link(link_path(mgr, id, path));

	return error ? fail_errno(error, "cannot detach %s", path) : NETFWV6_S_OK;
}
