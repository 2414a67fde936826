// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ingress.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "error.h"

#define LINK_MODE 0600
#define COUNTS_MODE 0644

const char *ingress_mode_name(uint32_t mode)
{
	return mode == NETFWV6_MODE_NATIVE ? "native" : "generic";
}

static int create_link(int program, uint32_t ifindex, uint32_t mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = mode == NETFWV6_MODE_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	int link = bpf_link_create(program, ifindex, BPF_XDP, &opts);

	return link < 0 ? -errno : link;
}

/* Errors after which another mode would fare no better. */
static bool is_final(int error)
{
	return error == -EPERM || error == -EACCES || error == -EBUSY || error == -EEXIST ||
	       error == -ENODEV || error == -ENOMEM;
}

static netfwv6_result link_failed(const struct device *device, uint32_t mode, int error)
{
	struct device_xdp xdp;

	if ((error == -EBUSY || error == -EEXIST) &&
	    NETFWV6_SUCCEEDED(device_xdp(device->ifindex, &xdp)) && xdp.program_id)
		return device_held(device, &xdp);
	if (is_final(error))
		return fail_errno(-error, "cannot attach to device %s", device->name);
	fail_errno(
		-error, "device %s takes no XDP program in %s mode%s", device->name,
		ingress_mode_name(mode),
		mode == NETFWV6_MODE_NATIVE ?
			" (no support in its driver, or its MTU or offloads are in the way): use "
			"--mode generic or auto" :
			"");
	return NETFWV6_E_NOINTERFACE;
}

/* Attaches for as long as the descriptor lives; *mode becomes what was got. */
static netfwv6_result attach_link(const struct device *device, int program, uint32_t *mode,
				  int *link)
{
	uint32_t got = *mode == NETFWV6_MODE_AUTO ? NETFWV6_MODE_NATIVE : *mode;
	int fd = create_link(program, device->ifindex, got);

	if (fd < 0 && *mode == NETFWV6_MODE_AUTO && !is_final(fd)) {
		got = NETFWV6_MODE_GENERIC;
		fd = create_link(program, device->ifindex, got);
	}
	if (fd < 0)
		return link_failed(device, got, fd);
	*mode = got;
	*link = fd;
	return NETFWV6_S_OK;
}

static netfwv6_result link_id_of(int link, uint32_t *id)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &size))
		return fail_errno(errno, "cannot identify the XDP link");
	*id = info.id;
	return NETFWV6_S_OK;
}

static netfwv6_result pin(int fd, const char *path, mode_t mode)
{
	unlink(path); /* of a killed process, whose id came again */
	if (bpf_obj_pin(fd, path) || chmod(path, mode))
		return fail_errno(errno, "cannot pin %s", path);
	return NETFWV6_S_OK;
}

/* Makes an attached link last, with all that belongs to it. */
static netfwv6_result keep(const struct netfwv6_mgr *mgr, const struct attachment *attachment,
			   const struct instance *instance, int link)
{
	char counts_path[PIN_PATH_SIZE], link_path[PIN_PATH_SIZE];
	netfwv6_result result;

	attachment_counts_path(mgr, attachment->id, counts_path);
	attachment_link_path(mgr, attachment->id, link_path);
	result = pin(instance->counts, counts_path, COUNTS_MODE);
	if (NETFWV6_SUCCEEDED(result))
		result = attachment_write(mgr, attachment);
	if (NETFWV6_SUCCEEDED(result) &&
	    bpf_map_update_elem(mgr->root.filtered, &attachment->record.ifindex, &attachment->id,
				BPF_ANY))
		result = fail_errno(errno, "cannot record device %s", attachment->record.device);
	if (NETFWV6_SUCCEEDED(result))
		result = pin(link, link_path, LINK_MODE);
	if (NETFWV6_FAILED(result)) {
		unlink(link_path);
		unlink(counts_path);
		bpf_map_delete_elem(mgr->root.filtered, &attachment->record.ifindex);
		bpf_map_delete_elem(mgr->root.attachments, &attachment->id);
	}
	return result;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

netfwv6_result ingress_attach(const struct netfwv6_mgr *mgr, const struct device *device,
			      const struct instance *instance,
			      const struct netfwv6_enable_options *options)
{
	struct attachment attachment = {};
	uint32_t mode = options->mode;
	netfwv6_result result;
	int link = -1;

	result = attach_link(device, instance->program, &mode, &link);
	if (NETFWV6_FAILED(result))
		return result;
	memcpy(attachment.record.device, device->name, sizeof(attachment.record.device));
	attachment.record.program_id = instance->id;
	attachment.record.ifindex = device->ifindex;
	attachment.record.mode = mode;
	attachment.record.flags = options->stateless ? ATTACHED_STATELESS : 0;
	attachment.record.since_ns = now_ns();
	result = link_id_of(link, &attachment.id);
	if (NETFWV6_SUCCEEDED(result))
		result = keep(mgr, &attachment, instance, link);
	close(link);
	return result;
}

netfwv6_result ingress_replace(const struct netfwv6_mgr *mgr, const struct attached_device *seen,
			       const struct instance *instance, bool stateless)
{
	struct attachment attachment = seen->ours;
	char path[PIN_PATH_SIZE];
	netfwv6_result result;
	int link;

	link = bpf_obj_get(attachment_link_path(mgr, attachment.id, path));
	if (link < 0)
		return fail_errno(errno, "cannot open %s", path);
	attachment.record.program_id = instance->id;
	/* Killed before the end, it is unsure which of the two runs: replaced once more then. */
	attachment.record.flags = ATTACHED_UNSURE;
	result = attachment_write(mgr, &attachment);
	if (NETFWV6_SUCCEEDED(result) && bpf_link_update(link, instance->program, NULL)) {
		result = fail_errno(errno, "cannot replace the program on device %s",
				    seen->device.name);
		bpf_map_update_elem(mgr->root.attachments, &attachment.id, &seen->ours.record,
				    BPF_ANY);
	}
	close(link);
	if (NETFWV6_FAILED(result))
		return result;
	attachment.record.flags = stateless ? ATTACHED_STATELESS : 0;
	return attachment_write(mgr, &attachment);
}
