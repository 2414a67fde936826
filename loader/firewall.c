// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The firewall switch: INetFwV6Connection's EnableFirewall and DisableFirewall.
 *
 * Whatever instruction a SIGKILL meets, the device is in the old state or in the
 * new one: policy is complete before a program is attached, a link comes into force
 * with its pin (until then it goes with the process), and the record is there before
 * the first pin.
 */
#include <string.h>

#include "attach.h"
#include "configured.h"
#include "connection.h"
#include "counts.h"
#include "error.h"
#include "last_line.h"
#include "locks.h"
#include "log_settings.h"
#include "mode.h"
#include "options.h"
#include "rebuild.h"
#include "slot_give.h"

/* ---- Enable -------------------------------------------------------------- */

static bool is_attached_anywhere(const struct netfwv6_mgr *mgr, const char *device)
{
	struct attachment at = {};

	while (attachment_next(mgr, &at))
		if (strncmp(at.record.device, device, sizeof(at.record.device)) == 0)
			return true;
	return false;
}

/* What it had before, if it still can have that. */
static void keep_mode(const struct netfwv6_mgr *mgr, const struct device *device,
		      const struct device_traits *traits, uint32_t *mode)
{
	if (NETFWV6_SUCCEEDED(mode_check(device, traits, *mode)))
		return;
	mgr_log(mgr, "%s: the device gets tc mode", netfwv6_detail());
	*mode = NETFWV6_MODE_TC;
}

/* The mode that a device has, or had when it was here, or the one that suits it. */
static netfwv6_result decide_mode(const struct netfwv6_mgr *mgr, const struct attached_device *seen,
				  struct configured_record *wanted)
{
	const uint32_t own_xdp = seen->ours.hooks[HOOK_XDP].program_id;
	const struct device *device = &seen->device;
	struct configured_record before;
	char note[MODE_NOTE_SIZE] = "";
	struct device_traits traits;
	netfwv6_result result = device_traits_read(device, own_xdp, &traits);

	if (NETFWV6_FAILED(result))
		return result;
	if (wanted->mode != NETFWV6_MODE_AUTO) {
		wanted->got = wanted->mode;
		result = mode_check(device, &traits, wanted->mode);
		mode_leaks(device, &traits, last_line_is_possible(), wanted->mode, note);
	} else if (attachment_is_firewalled(&seen->ours)) {
		wanted->got = seen->ours.record.mode;
	} else if (wanted->got || (configured_get(mgr, device->name, &before) == NETFWV6_S_OK &&
				   (wanted->got = before.got))) {
		keep_mode(mgr, device, &traits, &wanted->got);
	} else {
		mode_choose(device, &traits, last_line_is_possible(), &wanted->got, note);
	}
	if (NETFWV6_SUCCEEDED(result) && *note)
		mgr_log(mgr, "%s", note);
	return result;
}

/* Does the driver, which forgot the program, take it again? */
static bool is_xdp_blind(const struct netfwv6_mgr *mgr, const struct attachment *at)
{
	struct unseen unseen;

	return NETFWV6_SUCCEEDED(counts_unseen(mgr, at, &unseen)) && unseen.xdp_is_blind;
}

/*
 * Who can put packets into the device besides its driver. Before it is firewalled; where a last
 * line is not possible, decide_mode() has said so.
 */
static netfwv6_result mind_other_end(const struct netfwv6_mgr *mgr, const struct device *device,
				     struct form *form)
{
	struct device_traits traits;
	netfwv6_result result = device_traits_read(device, 0, &traits);

	if (NETFWV6_FAILED(result))
		return result;
	form->sealed = traits.hardware;
	form->alone = last_line_concerns(&traits) && !last_line_is_possible();
	return last_line_concerns(&traits) && !form->alone ? last_line_attach(mgr, &mgr->root) :
							     NETFWV6_S_OK;
}

/* A driver that should take XDP, and does not: auto does without. */
static netfwv6_result attach_as_possible(struct netfwv6_mgr *mgr,
					 const struct attached_device *seen,
					 struct configured_record *wanted, struct form *form)
{
	netfwv6_result result = attach(mgr, &seen->device, &seen->ours, form);

	if (result != NETFWV6_E_NOINTERFACE || wanted->mode != NETFWV6_MODE_AUTO ||
	    form->mode != NETFWV6_MODE_NATIVE)
		return result;
	mgr_log(mgr, "%s: the device gets tc mode", netfwv6_detail());
	wanted->got = form->mode = NETFWV6_MODE_TC;
	result = configured_put(mgr, seen->device.name, wanted);
	return NETFWV6_FAILED(result) ? result : attach(mgr, &seen->device, &seen->ours, form);
}

static netfwv6_result enable_filtering(struct netfwv6_mgr *mgr, struct attached_device *seen,
				       const struct configured_record *asked)
{
	struct configured_record wanted = *asked;
	struct form form = { .stateless = wanted.flags & CONFIGURED_STATELESS };
	netfwv6_result result = decide_mode(mgr, seen, &wanted);

	if (NETFWV6_SUCCEEDED(result))
		result = slot_reserve(mgr, seen->device.name, &wanted, &form.slot);
	if (NETFWV6_FAILED(result))
		return result;
	form.mode = wanted.got;
	form.renew_xdp = is_xdp_blind(mgr, &seen->ours);
	result = mind_other_end(mgr, &seen->device, &form);
	if (NETFWV6_SUCCEEDED(result))
		result = attach_as_possible(mgr, seen, &wanted, &form);
	if (NETFWV6_SUCCEEDED(result) || !is_attached_anywhere(mgr, seen->device.name))
		slot_settle(mgr, seen->device.name);
	return result;
}

static netfwv6_result enable_learning(struct netfwv6_mgr *mgr, const struct attached_device *seen,
				      const struct configured_record *wanted)
{
	const struct form form = { .learn_only = true };
	netfwv6_result result;

	if (attachment_is_firewalled(&seen->ours))
		return fail(
			NETFWV6_E_ABORT,
			"device %s is firewalled, which includes learning: disable it first if it "
			"should only learn",
			seen->device.name);
	result = configured_put(mgr, seen->device.name, wanted);
	return NETFWV6_FAILED(result) ? result : attach(mgr, &seen->device, &seen->ours, &form);
}

/*
 * On new maps: handles of the namespace that had the state find that their table is retired,
 * look anew, and see that it serves another one.
 */
static netfwv6_result adopt(struct netfwv6_mgr *mgr)
{
	netfwv6_result result = root_adopt(&mgr->root);
	gid_t group;

	if (NETFWV6_SUCCEEDED(result))
		result = pins_get_group(mgr->root.dir, &group);
	return NETFWV6_FAILED(result) ? result : rebuild(mgr, group);
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
		opened = adopt(mgr);
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

/*
 * Without options nothing is changed on a device that is firewalled, neither its mode nor how
 * it treats conversations, also where it was renamed, or somebody took the guard off.
 */
static void keep_settings(const struct netfwv6_mgr *mgr, const struct attachment *at,
			  struct configured_record *wanted)
{
	char name[DEVICE_NAME_SIZE + 1] = "";
	struct configured_record present;

	memcpy(name, at->record.device, DEVICE_NAME_SIZE);
	if (configured_get(mgr, name, &present) == NETFWV6_S_OK)
		*wanted = present;
	else
		*wanted = (struct configured_record){ .mode = at->record.mode };
	/* Another device may have that name now, and a mode of its own. */
	if (wanted->mode != NETFWV6_MODE_AUTO)
		wanted->mode = at->record.mode;
	wanted->flags = at->record.flags & ATTACHED_STATELESS ? CONFIGURED_STATELESS : 0;
}

/* What was configured for the device's name; S_FALSE when nothing was. */
static netfwv6_result recall(struct netfwv6_mgr *mgr, const char *device,
			     struct configured_record *wanted)
{
	netfwv6_result result = root_open(&mgr->root, &mgr->policy);

	return NETFWV6_FAILED(result) ? result : configured_get(mgr, device, wanted);
}

static netfwv6_result enable_locked(struct netfwv6_connection *connection,
				    const struct netfwv6_enable_options *options,
				    struct configured_record *wanted)
{
	struct netfwv6_mgr *mgr = connection->mgr;
	netfwv6_result result = NETFWV6_S_OK;
	struct attached_device seen;
	struct device_traits traits;

	if (options && options->if_configured)
		result = recall(mgr, connection->name, wanted);
	if (result != NETFWV6_S_OK)
		return result;
	/* The device first: what cannot be enabled leaves no state behind. */
	result = device_find(connection->name, &seen.device);
	if (NETFWV6_SUCCEEDED(result))
		result = device_traits_read(&seen.device, 0, &traits);
	if (NETFWV6_SUCCEEDED(result))
		result = mode_check(&seen.device, &traits, NETFWV6_MODE_AUTO);
	if (NETFWV6_SUCCEEDED(result))
		result = create_or_adopt(mgr);
	if (NETFWV6_FAILED(result))
		return result;
	attachments_tidy(mgr);
	result = connection_look(connection, &seen);
	if (NETFWV6_FAILED(result))
		return result;
	if (!options && seen.ours.id && attachment_filters(&seen.ours))
		keep_settings(mgr, &seen.ours, wanted);
	return enable_as(mgr, &seen, wanted);
}

static netfwv6_result check_options(const struct netfwv6_enable_options *options)
{
	if (options->mode > NETFWV6_MODE_TC)
		return fail(NETFWV6_E_INVALIDARG, "mode %u is none of auto, native, generic, tc",
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
	/* Nobody is waited for where a device is not to be enabled. */
	if (given.if_configured)
		result = check_administrator();
	if (given.if_configured && NETFWV6_SUCCEEDED(result))
		result = recall(mgr, connection->name, &wanted);
	if (result == NETFWV6_S_OK)
		result = lock_administration(mgr);
	if (result == NETFWV6_S_OK) {
		result = enable_locked(connection, options ? &given : NULL, &wanted);
		if (NETFWV6_FAILED(result) && mgr->root.state == ROOT_WRITABLE)
			root_remove_if_empty(&mgr->root, &mgr->policy);
		unlock_administration(mgr);
	}
	pthread_mutex_unlock(&mgr->root_mutex);
	return result;
}

/* ---- Disable ------------------------------------------------------------- */

/* What is on devices of that name which were moved to other network namespaces. */
static netfwv6_result detach_elsewhere(const struct netfwv6_mgr *mgr, const char *device)
{
	netfwv6_result result = NETFWV6_S_OK;
	struct attachment at;

	while (NETFWV6_SUCCEEDED(result) && (at = attachment_find_elsewhere(mgr, device, false)).id)
		result = attachment_drop(mgr, &at);
	return result;
}

/* A device that was renamed is configured by the name under which it was enabled. */
static void forget_configured(const struct netfwv6_mgr *mgr, const char *device,
			      const struct attachment *was)
{
	configured_drop(mgr, device);
	if (was->id && !is_attached_anywhere(mgr, was->record.device))
		configured_drop(mgr, was->record.device);
}

static bool is_any_firewalled(const struct netfwv6_mgr *mgr)
{
	struct attachment at = {};

	while (attachment_next(mgr, &at))
		if (attachment_filters(&at))
			return true;
	return false;
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
		if (seen.ours.id)
			result = attachment_drop(mgr, &seen.ours);
		if (NETFWV6_SUCCEEDED(result))
			result = detach_elsewhere(mgr, connection->name);
		if (NETFWV6_FAILED(result))
			return result;
		forget_configured(mgr, connection->name, &seen.ours);
		attachments_tidy(mgr);
		if (!is_any_firewalled(mgr))
			result = last_line_detach(mgr);
		if (NETFWV6_FAILED(result))
			return result;
	}
	root_remove_if_empty(&mgr->root, &mgr->policy);
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_connection_disable_firewall(struct netfwv6_connection *connection)
{
	netfwv6_result result;

	if (!connection)
		return fail(NETFWV6_E_POINTER, "the connection is null");
	pthread_mutex_lock(&connection->mgr->root_mutex);
	result = lock_administration(connection->mgr);
	if (NETFWV6_SUCCEEDED(result)) {
		result = disable_locked(connection);
		unlock_administration(connection->mgr);
	}
	pthread_mutex_unlock(&connection->mgr->root_mutex);
	return result;
}
