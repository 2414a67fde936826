// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The firewall switch: INetFwV6Connection's EnableFirewall and DisableFirewall.
 *
 * Whatever instruction a SIGKILL meets, the device is in the old state or in the
 * new one: policy is complete before the program is attached, the link comes
 * into force with its pin (until then it goes with the process), and its record
 * and counters are there before the pin. What leaves is learned from, and the
 * sockets that exist are marked, before the first packet is filtered; the reverse
 * when it ends.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "egress.h"
#include "error.h"
#include "ingress.h"
#include "locks.h"
#include "options.h"
#include "seed.h"

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

/*
 * The egress side, and the sockets that exist. The record first: what is attached
 * without one would never be removed.
 */
static netfwv6_result learn(struct netfwv6_mgr *mgr, const struct device *device)
{
	netfwv6_result result = attachment_write_learn_only(mgr, device);

	if (NETFWV6_SUCCEEDED(result))
		result = egress_attach(mgr, device);
	if (NETFWV6_SUCCEEDED(result))
		seed_from_sockets(&mgr->policy);
	return result;
}

static netfwv6_result enable_new(struct netfwv6_mgr *mgr, const struct device *device,
				 const struct netfwv6_enable_options *options)
{
	bool learned = egress_is_attached(mgr, device->ifindex);
	struct instance instance;
	netfwv6_result result;

	result = instance_load_ingress(mgr, device, -1, options->stateless, &instance);
	if (NETFWV6_FAILED(result))
		return result;
	if (!options->stateless)
		result = learn(mgr, device);
	if (NETFWV6_SUCCEEDED(result))
		result = ingress_attach(mgr, device, &instance, options);
	instance_unload(&instance);
	if (NETFWV6_FAILED(result) ? !learned : options->stateless)
		egress_detach(mgr, device->ifindex);
	if (NETFWV6_SUCCEEDED(result) || !learned)
		attachment_forget_learn_only(mgr, device->ifindex);
	return result;
}

/* Counters go on, and nothing happens where the program is the same. */
static netfwv6_result replace_ingress(struct netfwv6_mgr *mgr, const struct attached_device *seen,
				      bool stateless)
{
	uint32_t flags = stateless ? ATTACHED_STATELESS : 0;
	struct instance instance;
	char path[PIN_PATH_SIZE];
	netfwv6_result result;
	int counts;

	counts = bpf_obj_get(attachment_counts_path(mgr, seen->ours.id, path));
	if (counts < 0)
		return fail_errno(errno, "cannot open %s", path);
	result = instance_load_ingress(mgr, &seen->device, counts, stateless, &instance);
	close(counts);
	if (NETFWV6_FAILED(result))
		return result;
	if (flags != seen->ours.record.flags ||
	    !instance_is_running(&instance, seen->xdp.program_id))
		result = ingress_replace(mgr, seen, &instance, stateless);
	instance_unload(&instance);
	return result;
}

/* An upgrade, or a change of mind about conversations. */
static netfwv6_result enable_again(struct netfwv6_mgr *mgr, const struct attached_device *seen,
				   const struct netfwv6_enable_options *options)
{
	netfwv6_result result = NETFWV6_S_OK;

	if (options->mode != NETFWV6_MODE_AUTO && options->mode != seen->xdp.mode)
		return fail(
			NETFWV6_E_ABORT,
			"device %s is firewalled in %s mode: the kernel changes a mode only over "
			"an unfiltered moment, so disable it first if that may be",
			seen->device.name, ingress_mode_name(seen->xdp.mode));
	if (!options->stateless)
		result = learn(mgr, &seen->device);
	if (NETFWV6_SUCCEEDED(result))
		result = replace_ingress(mgr, seen, options->stateless);
	if (NETFWV6_SUCCEEDED(result) && options->stateless)
		result = egress_detach(mgr, seen->device.ifindex);
	attachment_forget_learn_only(mgr, seen->device.ifindex); /* it is firewalled */
	return result;
}

static netfwv6_result enable_learning(struct netfwv6_mgr *mgr, const struct attached_device *seen)
{
	bool learned = egress_is_attached(mgr, seen->device.ifindex);
	netfwv6_result result;

	if (seen->ours.id)
		return fail(
			NETFWV6_E_ABORT,
			"device %s is firewalled, which includes learning: disable it first if it "
			"should only learn",
			seen->device.name);
	result = learn(mgr, &seen->device);
	if (NETFWV6_FAILED(result) && !learned)
		attachment_forget_learn_only(mgr, seen->device.ifindex);
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

static netfwv6_result enable_locked(struct netfwv6_connection *connection,
				    const struct netfwv6_enable_options *options)
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
	if (options->learn_only)
		return enable_learning(mgr, &seen);
	if (seen.ours.id)
		return enable_again(mgr, &seen, options);
	if (seen.xdp.program_id)
		return device_held(&seen.device, &seen.xdp);
	return enable_new(mgr, &seen.device, options);
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
	if (given.learn_only && (given.stateless || given.mode))
		return fail(NETFWV6_E_INVALIDARG,
			    "a device that is only learned from has no mode and is not stateless");
	mgr = connection->mgr;
	pthread_mutex_lock(&mgr->root_mutex);
	result = lock_administration(&lock);
	if (NETFWV6_SUCCEEDED(result)) {
		result = enable_locked(connection, &given);
		if (NETFWV6_FAILED(result) && mgr->root.state == ROOT_WRITABLE)
			root_remove_if_empty(&mgr->root, &mgr->policy);
		unlock(lock);
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
	/* While only the egress side is left, it is a device that is only learned from. */
	if (NETFWV6_SUCCEEDED(result) && seen.ours.id)
		result = attachment_write_learn_only(mgr, &seen.device);
	if (NETFWV6_SUCCEEDED(result) && seen.ours.id)
		result = attachment_drop(mgr, &seen.ours);
	if (NETFWV6_SUCCEEDED(result) && mgr->root.state != ROOT_ABSENT)
		result = egress_detach(mgr, seen.device.ifindex);
	if (NETFWV6_FAILED(result))
		return result;
	if (mgr->root.state != ROOT_ABSENT) {
		attachment_forget_learn_only(mgr, seen.device.ifindex);
		attachments_tidy(mgr);
	}
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
	result = lock_administration(&lock);
	if (NETFWV6_SUCCEEDED(result)) {
		result = disable_locked(connection);
		unlock(lock);
	}
	pthread_mutex_unlock(&connection->mgr->root_mutex);
	return result;
}
