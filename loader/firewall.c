// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The firewall switch: INetFwV6Connection's EnableFirewall and DisableFirewall.
 *
 * Whatever instruction a SIGKILL meets, the device is in the old state or in the
 * new one: policy is complete before the program is attached, the link comes
 * into force with its pin (until then it goes with the process), and its record
 * and counters are there before the pin.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"
#include "error.h"
#include "instance.h"
#include "options.h"

#define LINK_MODE 0600
#define COUNTS_MODE 0644

static const char *mode_name(uint32_t mode)
{
	return mode == NETFWV6_MODE_NATIVE ? "native" : "generic";
}

static netfwv6_result check_kind(const struct device *device)
{
	switch (device->framing) {
	case FRAMING_ETHERNET:
	case FRAMING_RAW_IP:
		return NETFWV6_S_OK;
	case FRAMING_LOOPBACK:
		return fail(
			NETFWV6_E_NOINTERFACE,
			"device %s is the loopback: the host's talk with itself is not filtered",
			device->name);
	default:
		return fail(NETFWV6_E_NOINTERFACE,
			    "device %s is of hardware type %u, whose frames start with neither an "
			    "Ethernet nor an IP header: enable the device below or above it",
			    device->name, device->hardware_type);
	}
}

/* ---- Enable -------------------------------------------------------------- */

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
		mode_name(mode),
		mode == NETFWV6_MODE_NATIVE ?
			" (no support in its driver, or its MTU or offloads are in the way): use "
			"--mode generic or auto" :
			"");
	return NETFWV6_E_NOINTERFACE;
}

/* Attaches for as long as the descriptor lives; *mode becomes what was got. */
static netfwv6_result attach(const struct device *device, int program, uint32_t *mode, int *link)
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

	attachment_counts_path(mgr, attachment->link_id, counts_path);
	attachment_link_path(mgr, attachment->link_id, link_path);
	result = pin(instance->counts, counts_path, COUNTS_MODE);
	if (NETFWV6_SUCCEEDED(result))
		result = attachment_write(mgr, attachment);
	if (NETFWV6_SUCCEEDED(result))
		result = pin(link, link_path, LINK_MODE);
	if (NETFWV6_FAILED(result)) {
		unlink(link_path);
		unlink(counts_path);
		bpf_map_delete_elem(mgr->root.attachments, &attachment->link_id);
	}
	return result;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static netfwv6_result attach_and_keep(const struct netfwv6_mgr *mgr, const struct device *device,
				      const struct instance *instance, uint32_t mode)
{
	struct attachment attachment = {};
	netfwv6_result result;
	int link = -1;

	result = attach(device, instance->program, &mode, &link);
	if (NETFWV6_FAILED(result))
		return result;
	memcpy(attachment.record.device, device->name, sizeof(attachment.record.device));
	attachment.record.program_id = instance->id;
	attachment.record.mode = mode;
	attachment.record.since_ns = now_ns();
	result = link_id_of(link, &attachment.link_id);
	if (NETFWV6_SUCCEEDED(result))
		result = keep(mgr, &attachment, instance, link);
	close(link);
	return result;
}

static netfwv6_result enable_new(struct netfwv6_mgr *mgr, const struct device *device,
				 uint32_t mode)
{
	struct instance instance;
	netfwv6_result result = instance_load(mgr, device, -1, &instance);

	if (NETFWV6_FAILED(result))
		return result;
	result = attach_and_keep(mgr, device, &instance, mode);
	instance_unload(&instance);
	return result;
}

static bool runs_same_code(uint32_t program_id, const struct instance *instance)
{
	int fd = bpf_prog_get_fd_by_id(program_id);
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	bool same;

	if (fd < 0)
		return false;
	same = !bpf_obj_get_info_by_fd(fd, &info, &size) &&
	       !memcmp(info.tag, instance->tag, sizeof(info.tag));
	close(fd);
	return same;
}

/* Puts the instance in the place of the running program, between two packets. */
static netfwv6_result replace(const struct netfwv6_mgr *mgr, const struct attached_device *seen,
			      const struct instance *instance)
{
	struct attachment attachment = seen->ours;
	char path[PIN_PATH_SIZE];
	netfwv6_result result;
	int link;

	link = bpf_obj_get(attachment_link_path(mgr, attachment.link_id, path));
	if (link < 0)
		return fail_errno(errno, "cannot open %s", path);
	attachment.record.program_id = instance->id;
	result = attachment_write(mgr, &attachment);
	if (NETFWV6_SUCCEEDED(result) && bpf_link_update(link, instance->program, NULL)) {
		result = fail_errno(errno, "cannot replace the program on device %s",
				    seen->device.name);
		bpf_map_update_elem(mgr->root.attachments, &attachment.link_id, &seen->ours.record,
				    BPF_ANY);
	}
	close(link);
	return result;
}

/* An upgrade: counters go on, and nothing happens where the program is the same. */
static netfwv6_result enable_again(struct netfwv6_mgr *mgr, const struct attached_device *seen,
				   uint32_t mode)
{
	struct instance instance;
	char path[PIN_PATH_SIZE];
	netfwv6_result result;
	int counts;

	if (mode != NETFWV6_MODE_AUTO && mode != seen->xdp.mode)
		return fail(
			NETFWV6_E_ABORT,
			"device %s is firewalled in %s mode: the kernel changes a mode only over "
			"an unfiltered moment, so disable it first if that may be",
			seen->device.name, mode_name(seen->xdp.mode));
	counts = bpf_obj_get(attachment_counts_path(mgr, seen->ours.link_id, path));
	if (counts < 0)
		return fail_errno(errno, "cannot open %s", path);
	result = instance_load(mgr, &seen->device, counts, &instance);
	close(counts);
	if (NETFWV6_FAILED(result))
		return result;
	if (!runs_same_code(seen->xdp.program_id, &instance))
		result = replace(mgr, seen, &instance);
	instance_unload(&instance);
	return result;
}

/* The state for this network namespace; one whose devices are all gone is taken over. */
static netfwv6_result create_or_adopt(struct netfwv6_mgr *mgr)
{
	netfwv6_result result = root_create(&mgr->root, &mgr->policy);
	netfwv6_result opened;

	if (result != NETFWV6_E_ABORT)
		return result;
	opened = root_open_any(&mgr->root, &mgr->policy);
	if (NETFWV6_FAILED(opened))
		return opened;
	if (mgr->root.state == ROOT_WRITABLE && !attachments_alive(mgr))
		return root_adopt(&mgr->root);
	root_close(&mgr->root, &mgr->policy);
	return result;
}

static netfwv6_result enable_locked(struct netfwv6_connection *connection, uint32_t mode)
{
	struct netfwv6_mgr *mgr = connection->mgr;
	struct attached_device seen;
	netfwv6_result result;

	/* The device first: what cannot be enabled leaves no state behind. */
	result = device_find(connection->name, &seen.device);
	if (NETFWV6_SUCCEEDED(result))
		result = check_kind(&seen.device);
	if (NETFWV6_SUCCEEDED(result))
		result = create_or_adopt(mgr);
	if (NETFWV6_FAILED(result))
		return result;
	attachments_tidy(mgr);
	result = connection_look(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	if (seen.ours.link_id)
		return enable_again(mgr, &seen, mode);
	if (seen.xdp.program_id)
		return device_held(&seen.device, &seen.xdp);
	return enable_new(mgr, &seen.device, mode);
}

netfwv6_result netfwv6_connection_enable_firewall(struct netfwv6_connection *connection,
						  const struct netfwv6_enable_options *options)
{
	struct netfwv6_enable_options given = { .sz = sizeof(given) };
	struct netfwv6_mgr *mgr;
	netfwv6_result result;
	int lock;

	if (!connection)
		return fail(NETFWV6_E_POINTER, "the connection is null");
	result = options_take(&given, sizeof(given), options);
	if (NETFWV6_FAILED(result))
		return result;
	if (given.mode > NETFWV6_MODE_GENERIC)
		return fail(NETFWV6_E_INVALIDARG, "mode %u is none of auto, native, generic",
			    given.mode);
	mgr = connection->mgr;
	pthread_mutex_lock(&mgr->root_mutex);
	result = root_lock_administration(&lock);
	if (NETFWV6_SUCCEEDED(result)) {
		result = enable_locked(connection, given.mode);
		if (NETFWV6_FAILED(result) && mgr->root.state == ROOT_WRITABLE)
			root_remove_if_empty(&mgr->root, &mgr->policy);
		root_unlock(lock);
	}
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

/* ---- Disable ------------------------------------------------------------- */

static netfwv6_result disable_locked(struct netfwv6_connection *connection)
{
	struct netfwv6_mgr *mgr = connection->mgr;
	struct attached_device seen;
	netfwv6_result result;

	result = mgr_refresh(mgr, MGR_READ);
	if (NETFWV6_SUCCEEDED(result))
		result = connection_look(connection, &seen);
	if (NETFWV6_SUCCEEDED(result) && seen.ours.link_id)
		result = attachment_drop(mgr, &seen.ours);
	if (NETFWV6_FAILED(result))
		return result;
	if (mgr->root.state != ROOT_ABSENT)
		attachments_tidy(mgr);
	root_remove_if_empty(&mgr->root, &mgr->policy);
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_connection_disable_firewall(struct netfwv6_connection *connection)
{
	netfwv6_result result;
	int lock;

	if (!connection)
		return fail(NETFWV6_E_POINTER, "the connection is null");
	pthread_mutex_lock(&connection->mgr->root_mutex);
	result = root_lock_administration(&lock);
	if (NETFWV6_SUCCEEDED(result)) {
		result = disable_locked(connection);
		root_unlock(lock);
	}
	pthread_mutex_unlock(&connection->mgr->root_mutex);
	return result;
}
