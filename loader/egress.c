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

/* A TCX link, by its pin. */
struct tcx {
	char path[PIN_PATH_SIZE];
	uint32_t ifindex, program_id;
};

static bool look_at(const char *path, struct tcx *tcx)
{
	int link = bpf_obj_get(path);
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	bool seen;

	if (link < 0)
		return false;
	seen = bpf_obj_get_info_by_fd(link, &info, &size) == 0;
	close(link);
	snprintf(tcx->path, sizeof(tcx->path), "%s", path);
	tcx->ifindex = info.xdp.ifindex; /* lies where info.tcx.ifindex does */
	tcx->program_id = info.prog_id;
	return seen;
}

/* Calls found for each pinned link, until it says that it has what it wants. */
static bool search(const struct netfwv6_mgr *mgr, bool (*found)(const struct tcx *, uint32_t),
		   uint32_t ifindex, struct tcx *tcx)
{
	char path[PIN_PATH_SIZE];
	DIR *pins = opendir(root_path(&mgr->root, path, "egress", NULL));
	struct dirent *entry;
	bool got = false;

	while (pins && !got && (entry = readdir(pins)))
		got = *entry->d_name != '.' &&
		      look_at(root_path(&mgr->root, path, "egress", entry->d_name), tcx) &&
		      found(tcx, ifindex);
	if (pins)
		closedir(pins);
	return got;
}

/*
 * Is the link's program on this device of this network namespace? An ifindex alone can
 * be that of a device which has moved to another one.
 */
static bool is_on(const struct tcx *tcx, uint32_t ifindex)
{
	uint32_t ids[MAX_PROGRAMS];
	LIBBPF_OPTS(bpf_prog_query_opts, opts, .prog_ids = ids, .prog_cnt = MAX_PROGRAMS);

	if (tcx->ifindex != ifindex ||
	    (bpf_prog_query_opts((int)ifindex, TCX_EGRESS, &opts) && errno != ENOSPC))
		return false;
	for (uint32_t i = 0; i < opts.prog_cnt && i < MAX_PROGRAMS; i++)
		if (ids[i] == tcx->program_id)
			return true;
	return false;
}

static bool is_alive(const struct tcx *tcx, uint32_t unused)
{
	(void)unused;
	return tcx->ifindex != 0;
}

bool egress_any_alive(const struct netfwv6_mgr *mgr)
{
	struct tcx tcx;

	return search(mgr, is_alive, 0, &tcx);
}

static bool forget_if_gone(const struct tcx *tcx, uint32_t unused)
{
	(void)unused;
	if (!tcx->ifindex)
		unlink(tcx->path);
	return false;
}

void egress_tidy(const struct netfwv6_mgr *mgr)
{
	struct tcx tcx;

	search(mgr, forget_if_gone, 0, &tcx);
}

bool egress_is_attached(const struct netfwv6_mgr *mgr, uint32_t ifindex)
{
	struct tcx tcx;
	bool attached;

	if (search(mgr, is_on, ifindex, &tcx))
		return true;
	libbpf_log_begin(mgr);
	attached = clsact_is_attached(ifindex, mgr->root.ports);
	libbpf_log_end();
	return attached;
}

static netfwv6_result update(const struct tcx *tcx, const struct device *device, int program)
{
	int link = bpf_obj_get(tcx->path);
	int error = link < 0 || bpf_link_update(link, program, NULL) ? errno : 0;

	if (link >= 0)
		close(link);
	return error ? fail_errno(error, "cannot replace the egress program on device %s",
				  device->name) :
		       NETFWV6_S_OK;
}

/* Pins a new link; until then it goes with the process. */
static netfwv6_result keep(const struct netfwv6_mgr *mgr, int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	char path[PIN_PATH_SIZE], name[16];

	if (bpf_obj_get_info_by_fd(link, &info, &size))
		return fail_errno(errno, "cannot identify the egress link");
	snprintf(name, sizeof(name), "%u", info.id);
	root_path(&mgr->root, path, "egress", name);
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
		libbpf_log_begin(mgr);
		error = clsact_attach(device->ifindex, program, mgr->root.ports);
		libbpf_log_end();
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

netfwv6_result egress_attach(struct netfwv6_mgr *mgr, const struct device *device)
{
	struct instance instance;
	netfwv6_result result;
	struct tcx tcx;

	result = instance_load_egress(mgr, device, &instance);
	if (NETFWV6_FAILED(result))
		return result;
	if (!search(mgr, is_on, device->ifindex, &tcx))
		result = attach_new(mgr, device, instance.program);
	else if (!instance_is_running(&instance, tcx.program_id))
		result = update(&tcx, device, instance.program);
	instance_unload(&instance);
	return result;
}

netfwv6_result egress_detach(const struct netfwv6_mgr *mgr, uint32_t ifindex)
{
	struct tcx tcx;
	int error = 0;

	while (!error && search(mgr, is_on, ifindex, &tcx)) {
		int link = bpf_obj_get(tcx.path);

		error = link < 0 || bpf_link_detach(link) ? errno : 0;
		if (link >= 0)
			close(link);
		if (!error && unlink(tcx.path))
			error = errno;
	}
	libbpf_log_begin(mgr);
	error = error ?: clsact_detach(ifindex, mgr->root.ports);
	libbpf_log_end();
	return error ? fail_errno(error, "cannot detach the egress program of device %u", ifindex) :
		       NETFWV6_S_OK;
}
