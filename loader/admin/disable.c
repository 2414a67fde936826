// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/disable.h"
#include "device/attached_device.h"
#include "device/last_line.h"
#include "state/configured.h"
#include "state/root.h"

/* What is on devices of that name which were moved to other network namespaces. */
static netfwv6_result detach_elsewhere(const struct state *state, const char *device)
{
	netfwv6_result result = NETFWV6_S_OK;
	struct attachment at;

	while (NETFWV6_SUCCEEDED(result) &&
	       (at = attachment_find_elsewhere(state, device, false)).id)
		result = attachment_drop(state, &at);
	return result;
}

/* A device that was renamed is configured by the name under which it was enabled. */
static void forget_configured(const struct state *state, const char *device,
			      const struct attachment *was)
{
	configured_drop(state, device);
	if (was->id && !attached_by_name(state, was->record.device))
		configured_drop(state, was->record.device);
}

static bool is_any_firewalled(const struct state *state)
{
	struct attachment at = {};

	while (attachment_next(state, &at))
		if (attachment_filters(&at))
			return true;
	return false;
}

netfwv6_result disable_device(struct state *state, void *name)
{
	const char *device = name;
	struct attached_device seen;
	netfwv6_result result = state_open(state);

	if (NETFWV6_SUCCEEDED(result))
		result = root_check_absent(&state->root);
	if (NETFWV6_SUCCEEDED(result))
		result = attached_device_look(state, device, &seen);
	if (NETFWV6_FAILED(result) || state->root.state == ROOT_ABSENT)
		return result;
	if (seen.ours.id)
		result = attachment_drop(state, &seen.ours);
	if (NETFWV6_SUCCEEDED(result))
		result = detach_elsewhere(state, device);
	if (NETFWV6_FAILED(result))
		return result;
	forget_configured(state, device, &seen.ours);
	attachments_tidy(state);
	return is_any_firewalled(state) ? NETFWV6_S_OK : last_line_detach(state);
}
