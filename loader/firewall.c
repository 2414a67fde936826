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

#include "configured.h"
#include "connection.h"
#include "egress.h"
#include "error.h"
#include "ingress.h"
#include "locks.h"
#include "log_settings.h"
#include "options.h"
#include "seed.h"
#include "slot_give.h"

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

static struct instance_spec spec_for(const struct device *device, uint32_t slot, bool stateless)
{
	return (struct instance_spec){
		.raw_ip = device->framing == FRAMING_RAW_IP,
		.config = connection_config(device->ifindex, slot, stateless),
	};
}

/*
 * The egress side, and the sockets that exist. The record first: what is attached
 * without one would never be removed.
 */
static netfwv6_result learn(struct netfwv6_mgr *mgr, const struct device *device,
			    const struct instance_spec *spec)
{
	netfwv6_result result = attachment_write_learn_only(mgr, device);

	if (NETFWV6_SUCCEEDED(result))
		result = egress_attach(mgr, device, spec);
	if (NETFWV6_SUCCEEDED(result)) /* which link that is */
		result = attachment_write_learn_only(mgr, device);
	if (NETFWV6_SUCCEEDED(result))
		result = seed_from_sockets(&mgr->root, &mgr->policy);
	return result;
}

static netfwv6_result enable_new(struct netfwv6_mgr *mgr, const struct device *device,
				 const struct instance_spec *spec, uint32_t mode)
{
	bool learned = egress_is_attached(mgr, device->ifindex);
	struct instance instance;
	netfwv6_result result;

	result = instance_load_ingress(mgr, &mgr->root, spec, -1, &instance);
	if (NETFWV6_FAILED(result))
		return result;
	if (!spec->config.stateless)
		result = learn(mgr, device, spec);
	if (NETFWV6_SUCCEEDED(result))
		result = ingress_attach(mgr, device, &instance, mode);
	instance_unload(&instance);
	if (NETFWV6_FAILED(result) ? !learned : spec->config.stateless)
		egress_detach(mgr, device->ifindex);
	if (NETFWV6_SUCCEEDED(result) || !learned)
		attachment_forget_learn_only(mgr, device->ifindex);
	return result;
}

/* Counters go on, and nothing happens where the program is the same. */
static netfwv6_result replace_ingress(struct netfwv6_mgr *mgr, struct attached_device *seen,
				      const struct instance_spec *spec)
{
	struct instance instance;
	netfwv6_result result = ingress_load_again(mgr, &seen->ours, spec, &instance);

	if (NETFWV6_FAILED(result))
		return result;
	if (!instance_is_running(&instance, &mgr->root, seen->xdp.program_id) ||
	    strncmp(seen->ours.record.device, seen->device.name, DEVICE_NAME_SIZE) != 0)
		result = ingress_replace(mgr, &seen->ours, seen->device.name, &instance);
	instance_unload(&instance);
	return result;
}

/* An upgrade, another name, or a change of mind about conversations. */
static netfwv6_result enable_again(struct netfwv6_mgr *mgr, struct attached_device *seen,
				   const struct instance_spec *spec)
{
	netfwv6_result result = NETFWV6_S_OK;

	if (!spec->config.stateless)
		result = learn(mgr, &seen->device, spec);
	if (NETFWV6_SUCCEEDED(result))
		result = replace_ingress(mgr, seen, spec);
	if (NETFWV6_SUCCEEDED(result) && spec->config.stateless)
		result = egress_detach(mgr, seen->device.ifindex);
	attachment_forget_learn_only(mgr, seen->device.ifindex); /* it is firewalled */
	return result;
}

static bool is_attached_anywhere(const struct netfwv6_mgr *mgr, const char *device)
{
	struct attachment at = {};

	while (attachment_next(mgr, &at))
		if (strncmp(at.record.device, device, sizeof(at.record.device)) == 0)
			return true;
	return false;
}

static netfwv6_result enable_filtering(struct netfwv6_mgr *mgr, struct attached_device *seen,
				       const struct configured_record *wanted)
{
	struct instance_spec spec;
	netfwv6_result result;
	uint32_t slot;

	if (seen->ours.id && wanted->mode != NETFWV6_MODE_AUTO && wanted->mode != seen->xdp.mode)
		return fail(
			NETFWV6_E_ABORT,
			"device %s is firewalled in %s mode: the kernel changes a mode only over "
			"an unfiltered moment, so disable it first if that may be",
			seen->device.name, ingress_mode_name(seen->xdp.mode));
	if (!seen->ours.id && seen->xdp.program_id)
		return device_held(&seen->device, &seen->xdp);
	result = slot_reserve(mgr, seen->device.name, wanted, &slot);
	if (NETFWV6_FAILED(result))
		return result;
	spec = spec_for(&seen->device, slot, wanted->flags & CONFIGURED_STATELESS);
	result = seen->ours.id ? enable_again(mgr, seen, &spec) :
				 enable_new(mgr, &seen->device, &spec, wanted->mode);
	if (NETFWV6_SUCCEEDED(result) || !is_attached_anywhere(mgr, seen->device.name))
		slot_settle(mgr, seen->device.name);
	return result;
}

static netfwv6_result enable_learning(struct netfwv6_mgr *mgr, const struct attached_device *seen,
				      const struct configured_record *wanted)
{
	struct instance_spec spec = spec_for(&seen->device, 0, false);
	bool learned = egress_is_attached(mgr, seen->device.ifindex);
	netfwv6_result result;

	if (seen->ours.id)
		return fail(
			NETFWV6_E_ABORT,
			"device %s is firewalled, which includes learning: disable it first if it "
			"should only learn",
			seen->device.name);
	result = configured_put(mgr, seen->device.name, wanted);
	if (NETFWV6_SUCCEEDED(result))
		result = learn(mgr, &seen->device, &spec);
	if (NETFWV6_FAILED(result) && !learned)
		attachment_forget_learn_only(mgr, seen->device.ifindex);
	return result;
}

/* The state for this network namespace; one whose devices are all gone is taken over. */
static netfwv6_result create_or_adopt(struct netfwv6_mgr *mgr)
{
	netfwv6_result result = mgr_create(mgr, 0);
	netfwv6_result opened;

	if (result != NETFWV6_E_ABORT)
		return result;
	opened = root_open_any(&mgr->root, &mgr->policy);
	if (NETFWV6_FAILED(opened))
		return opened;
	if (mgr->root.state == ROOT_WRITABLE && !attachments_alive(mgr)) {
		opened = root_adopt(&mgr->root);
		if (NETFWV6_SUCCEEDED(opened))
			log_adopt(mgr);
		return opened;
	}
	root_close(&mgr->root, &mgr->policy);
	return result;
}

/* Enables a device that can be; what it was configured to before holds again if that fails. */
static netfwv6_result enable_as(struct netfwv6_mgr *mgr, struct attached_device *seen,
				const struct configured_record *wanted)
{
	const char *device = seen->device.name;
	struct configured_record before;
	netfwv6_result configured = configured_get(mgr, device, &before);
	netfwv6_result result;

	if (NETFWV6_FAILED(configured))
		return configured;
	result = wanted->flags & CONFIGURED_LEARN_ONLY ? enable_learning(mgr, seen, wanted) :
							 enable_filtering(mgr, seen, wanted);
	if (NETFWV6_SUCCEEDED(result))
		return result;
	if (configured == NETFWV6_S_OK)
		configured_put(mgr, device, &before);
	else
		configured_drop(mgr, device);
	return result;
}

/* What was configured for the device's name; S_FALSE when nothing was. */
static netfwv6_result recall(struct netfwv6_mgr *mgr, const char *device,
			     struct configured_record *wanted)
{
	netfwv6_result result = root_open(&mgr->root, &mgr->policy);

	return NETFWV6_FAILED(result) ? result : configured_get(mgr, device, wanted);
}

static netfwv6_result enable_locked(struct netfwv6_connection *connection, bool if_configured,
				    struct configured_record *wanted)
{
	struct netfwv6_mgr *mgr = connection->mgr;
	netfwv6_result result = NETFWV6_S_OK;
	struct attached_device seen;

	if (if_configured)
		result = recall(mgr, connection->name, wanted);
	if (result != NETFWV6_S_OK)
		return result;
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
	return NETFWV6_FAILED(result) ? result : enable_as(mgr, &seen, wanted);
}

static netfwv6_result check_options(const struct netfwv6_enable_options *options)
{
	if (options->mode > NETFWV6_MODE_GENERIC)
		return fail(NETFWV6_E_INVALIDARG, "mode %u is none of auto, native, generic",
			    options->mode);
	if (options->learn_only && (options->stateless || options->mode))
		return fail(NETFWV6_E_INVALIDARG,
			    "a device that is only learned from has no mode and is not stateless");
	if (options->if_configured && (options->stateless || options->mode || options->learn_only))
		return fail(NETFWV6_E_INVALIDARG,
			    "a device that is enabled as it was configured takes no other options");
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_connection_enable_firewall(struct netfwv6_connection *connection,
						  const struct netfwv6_enable_options *options)
{
	struct netfwv6_enable_options given = { .sz = sizeof(given) };
	struct configured_record wanted;
	struct netfwv6_mgr *mgr;
	netfwv6_result result;
	int lock;

	if (!connection)
		return fail(NETFWV6_E_POINTER, "the connection is null");
	result = options_take(&given, sizeof(given), options);
	if (NETFWV6_SUCCEEDED(result))
		result = check_options(&given);
	if (NETFWV6_FAILED(result))
		return result;
	wanted = (struct configured_record){
		.mode = given.mode,
		.flags = (given.stateless ? CONFIGURED_STATELESS : 0) |
			 (given.learn_only ? CONFIGURED_LEARN_ONLY : 0),
	};
	mgr = connection->mgr;
	pthread_mutex_lock(&mgr->root_mutex);
	result = lock_administration(&lock);
	if (NETFWV6_SUCCEEDED(result)) {
		result = enable_locked(connection, given.if_configured, &wanted);
		if (NETFWV6_FAILED(result) && mgr->root.state == ROOT_WRITABLE)
			root_remove_if_empty(&mgr->root, &mgr->policy);
		unlock(lock);
	}
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

/* ---- Disable ------------------------------------------------------------- */

/* What is on a device here. */
static netfwv6_result detach_here(const struct netfwv6_mgr *mgr, const struct attached_device *seen)
{
	netfwv6_result result = NETFWV6_S_OK;

	/* While only the egress side is left, it is a device that is only learned from. */
	if (seen->ours.id) {
		result = attachment_write_learn_only(mgr, &seen->device);
		/* A full table takes no second record, but must not keep a device firewalled. */
		if (NETFWV6_SUCCEEDED(result) || result == NETFWV6_E_OUTOFMEMORY)
			result = attachment_drop(mgr, &seen->ours);
	}
	if (NETFWV6_SUCCEEDED(result))
		result = egress_detach(mgr, seen->device.ifindex);
	if (NETFWV6_SUCCEEDED(result))
		attachment_forget_learn_only(mgr, seen->device.ifindex);
	return result;
}

/* Devices of that name that were only learned from, and are somewhere else now. */
static netfwv6_result unlearn_elsewhere(const struct netfwv6_mgr *mgr, const char *device)
{
	netfwv6_result result = NETFWV6_S_OK;
	struct attachment at = {};

	while (NETFWV6_SUCCEEDED(result) && attachment_next(mgr, &at)) {
		if (at.record.program_id ||
		    strncmp(at.record.device, device, sizeof(at.record.device)) != 0 ||
		    attachment_learns_here(mgr, &at))
			continue;
		if (at.record.egress)
			result = egress_detach_link(mgr, at.record.egress);
		attachment_forget_learn_only(mgr, at.record.ifindex);
		at = (struct attachment){};
	}
	return result;
}

/* What is on devices of that name which were moved to other network namespaces. */
static netfwv6_result detach_elsewhere(const struct netfwv6_mgr *mgr, const char *device)
{
	netfwv6_result result = NETFWV6_S_OK;
	struct attachment at;

	while (NETFWV6_SUCCEEDED(result) && (at = attachment_find_elsewhere(mgr, device)).id) {
		result = attachment_drop(mgr, &at);
		if (NETFWV6_SUCCEEDED(result))
			result = egress_detach_elsewhere(mgr, at.record.ifindex);
	}
	return NETFWV6_FAILED(result) ? result : unlearn_elsewhere(mgr, device);
}

/* A device that was renamed is configured by the name under which it was enabled. */
static void forget_configured(const struct netfwv6_mgr *mgr, const char *device,
			      const struct attachment *was)
{
	configured_drop(mgr, device);
	if (was->id && !is_attached_anywhere(mgr, was->record.device))
		configured_drop(mgr, was->record.device);
}

static netfwv6_result disable_locked(struct netfwv6_connection *connection)
{
	struct netfwv6_mgr *mgr = connection->mgr;
	struct attached_device seen;
	netfwv6_result result;

	result = mgr_refresh(mgr, MGR_READ);
	if (NETFWV6_SUCCEEDED(result))
		result = root_check_absent(&mgr->root);
	if (NETFWV6_SUCCEEDED(result))
		result = connection_look(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	if (mgr->root.state != ROOT_ABSENT) {
		if (seen.device.ifindex)
			result = detach_here(mgr, &seen);
		if (NETFWV6_SUCCEEDED(result))
			result = detach_elsewhere(mgr, connection->name);
		if (NETFWV6_FAILED(result))
			return result;
		forget_configured(mgr, connection->name, &seen.ours);
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
