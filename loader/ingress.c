// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ingress.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "driver_reason.h"
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

static netfwv6_result link_failed(const struct device *device, int program, uint32_t mode,
				  int error)
{
	char reason[DRIVER_REASON_SIZE];
	struct device_xdp xdp;

	if ((error == -EBUSY || error == -EEXIST) &&
	    NETFWV6_SUCCEEDED(device_xdp(device->ifindex, &xdp)) && xdp.program_id)
		return device_held(device, &xdp);
	if (is_final(error))
		return fail_errno(-error, "cannot attach to device %s", device->name);
	if (mode == NETFWV6_MODE_GENERIC)
		return fail_errno(-error, "device %s takes no XDP program in generic mode",
				  device->name);
	return fail(NETFWV6_E_NOINTERFACE,
		    "device %s takes no XDP program in native mode (%s): use --mode generic, or "
		    "auto, which then takes generic",
		    device->name, driver_reason(device, program, error, reason));
}

/* Attaches for as long as the descriptor lives; *mode becomes what was got. */
static netfwv6_result attach_link(const struct netfwv6_mgr *mgr, const struct device *device,
				  int program, uint32_t *mode, int *link)
{
	uint32_t got = *mode == NETFWV6_MODE_AUTO ? NETFWV6_MODE_NATIVE : *mode;
	int fd = create_link(program, device->ifindex, got);
	char reason[DRIVER_REASON_SIZE];

	if (fd < 0 && *mode == NETFWV6_MODE_AUTO && !is_final(fd)) {
		if (mgr->log)
			mgr_log(mgr,
				"device %s takes no XDP program in native mode (%s), so it "
				"gets generic mode",
				device->name, driver_reason(device, program, fd, reason));
		got = NETFWV6_MODE_GENERIC;
		fd = create_link(program, device->ifindex, got);
	}
	if (fd < 0)
		return link_failed(device, program, got, fd);
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
	    bpf_map_update_elem(mgr->root.map[PIN_FILTERED], &attachment->record.ifindex,
				&attachment->id, BPF_ANY))
		result = fail_errno(errno, "cannot record device %s", attachment->record.device);
	if (NETFWV6_SUCCEEDED(result))
		result = pin(link, link_path, LINK_MODE);
	if (NETFWV6_FAILED(result)) {
		unlink(link_path);
		unlink(counts_path);
		attachment_unmark_filtered(mgr, attachment->record.ifindex, attachment->id);
		bpf_map_delete_elem(mgr->root.map[PIN_ATTACHMENTS], &attachment->id);
	}
	return result;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What the record says of a program. */
static void describe(struct attachment_record *record, const char *device,
		     const struct instance *instance)
{
	char name[DEVICE_NAME_SIZE] = "";

	snprintf(name, sizeof(name), "%s", device); /* which may be the record's own */
	memcpy(record->device, name, sizeof(record->device));
	record->program_id = instance->id;
	record->slot = connection_config_slot(&instance->spec.config);
	record->flags = instance->spec.config.stateless ? ATTACHED_STATELESS : 0;
}

netfwv6_result ingress_attach(const struct netfwv6_mgr *mgr, const struct device *device,
			      const struct instance *instance, uint32_t mode)
{
	struct attachment attachment = {};
	netfwv6_result result;
	int link = -1;

	result = attach_link(mgr, device, instance->program, &mode, &link);
	if (NETFWV6_FAILED(result))
		return result;
	describe(&attachment.record, device->name, instance);
	attachment.record.ifindex = device->ifindex;
	attachment.record.mode = mode;
	attachment.record.since_ns = now_ns();
	result = link_id_of(link, &attachment.id);
	if (NETFWV6_SUCCEEDED(result))
		result = keep(mgr, &attachment, instance, link);
	close(link);
	return result;
}

netfwv6_result ingress_load_again(const struct netfwv6_mgr *mgr, const struct attachment *at,
				  const struct instance_spec *spec, struct instance *instance)
{
	char path[PIN_PATH_SIZE];
	int counts = bpf_obj_get(attachment_counts_path(mgr, at->id, path));
	netfwv6_result result;

	if (counts < 0)
		return fail_errno(errno, "cannot open %s", path);
	result = instance_load_ingress(mgr, &mgr->root, spec, counts, instance);
	close(counts);
	return result;
}

netfwv6_result ingress_replace(const struct netfwv6_mgr *mgr, struct attachment *at,
			       const char *device, const struct instance *instance)
{
	char path[PIN_PATH_SIZE];
	netfwv6_result result = NETFWV6_S_OK;
	int link = bpf_obj_get(attachment_link_path(mgr, at->id, path));

	if (link < 0)
		return fail_errno(errno, "cannot open %s", path);
	if (bpf_link_update(link, instance->program, NULL))
		result = fail_errno(errno, "cannot replace the program on device %s", device);
	close(link);
	if (NETFWV6_FAILED(result))
		return result;
	describe(&at->record, device, instance);
	return attachment_write(mgr, at);
}
