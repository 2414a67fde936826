// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/hook_put.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <sys/stat.h>

#include "device/mode.h"
#include "util/error.h"
#include "util/libbpf_log.h"
#include "util/scope.h"

#define LINK_MODE 0600
#define TCX_FIRST (1U << 3) /* BPF_F_BEFORE nothing: in front of all others */

static int create_hook_link(enum hook hook, int program, const struct device *device, uint32_t mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = hook != HOOK_XDP		 ? TCX_FIRST :
			     mode == NETFWV6_MODE_NATIVE ? XDP_FLAGS_DRV_MODE :
							   XDP_FLAGS_SKB_MODE);

	return bpf_link_create(program, (int)device->ifindex, hook_kinds[hook].type, &opts);
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
	char new[PIN_PATH_SIZE + sizeof(LINK_NEW)];
	int old CLEANUP(close_descriptor) = bpf_obj_get(path);

	snprintf(new, sizeof(new), "%s%s", path, LINK_NEW);
	unlink(new); /* of a killed process */
	if (bpf_obj_pin(link, new) || chmod(new, LINK_MODE) || rename(new, path)) {
		netfwv6_result result = fail_errno(errno, "cannot pin %s", path);

		unlink(new);
		return result;
	}
	if (old >= 0)
		bpf_link_detach(old); /* somebody may hold it open */
	return NETFWV6_S_OK;
}

static netfwv6_result put_filter(const struct place *place, enum hook hook,
				 const struct device *device, int program)
{
	struct clsact at = hook_filter(place, hook);
	int error;

	at.ifindex = device->ifindex;
	libbpf_log_begin(&place->state->log);
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
		hook_kinds[hook].what, device->name, device->name,
		hook == HOOK_GUARD ? "ingress" : "egress");
}

/* The kernel gives links no more than a number: what the device is has to explain it. */
static netfwv6_result xdp_refused(const struct device *device, uint32_t mode, int error)
{
	struct device_traits traits;
	struct device_xdp xdp;

	if ((error == EBUSY || error == EEXIST) &&
	    NETFWV6_SUCCEEDED(device_xdp(device->ifindex, &xdp)) && xdp.program_id)
		return device_held(device, &xdp);
	TRY(device_traits_read(device, 0, &traits));
	return mode_refused(device, &traits, mode, -error);
}

static netfwv6_result attach_program(const struct place *place, enum hook hook,
				     const struct device *device, int program, uint32_t mode)
{
	char path[PIN_PATH_SIZE];
	int link CLEANUP(close_descriptor) = create_hook_link(hook, program, device, mode);
	int error = link < 0 ? errno : 0;

	if (error && hook != HOOK_XDP && lacks_tcx(error))
		return put_filter(place, hook, device, program);
	if (error && hook == HOOK_XDP)
		return xdp_refused(device, mode, error);
	if (error)
		return fail_errno(error, "cannot attach the %s to device %s", hook_kinds[hook].what,
				  device->name);
	return keep(hook_link_path(place, hook, path), link);
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
	netfwv6_result result;
	char sentence[512];

	TRY(hook_clear(place, HOOK_XDP));
	result = attach_program(place, HOOK_XDP, device, instance->program, mode);
	if (NETFWV6_SUCCEEDED(result))
		return result;
	snprintf(sentence, sizeof(sentence), "%s", failure_sentence());
	attach_program(place, HOOK_XDP, device, instance->program, before);
	return fail(result, "%s", sentence);
}

static netfwv6_result replace(const struct place *place, enum hook hook,
			      const struct device *device, int program)
{
	int link CLEANUP(close_descriptor) = -1, error;

	TRY(hook_open(place, hook, &link));
	error = hook_swap(place, hook, link, program);
	return error ? fail_errno(error, "cannot replace the %s of device %s",
				  hook_kinds[hook].what, device->name) :
		       NETFWV6_S_OK;
}

netfwv6_result hook_put(const struct place *place, enum hook hook, const struct device *device,
			const struct instance *instance, uint32_t mode)
{
	struct hooked now;

	hook_look(place, hook, &now);
	if (!now.program_id || !now.here || now.in_front)
		return attach_program(place, hook, device, instance->program, mode);
	if (hook == HOOK_XDP && !has_mode(&now, mode))
		return change_mode(place, device, instance, mode);
	if (instance_is_running(instance, &place->state->root, now.program_id))
		return NETFWV6_S_OK;
	return replace(place, hook, device, instance->program);
}
