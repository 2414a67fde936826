// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/disable.h"
#include "device/attached_device.h"
#include "device/last_line.h"
#include "state/configured.h"
#include "state/root.h"
#include "util/error.h"

/* What is on devices of that name which were moved to other network namespaces. */
static netfwv6_result detach_elsewhere(const struct state *state, const char *device)
{
	struct attachment at;

	while ((at = attachment_find_elsewhere(state, device, false)).id)
		TRY(attachment_drop(state, &at));
	return NETFWV6_S_OK;
}

/* A device that was renamed is configured by the name under which it was enabled. */
static void forget_configured(const struct state *state, const char *device,
			      const struct attachment *was)
{
	configured_drop(state, device);
	if (was->id && !attached_by_name(state, was->record.device))
		configured_drop(state, was->record.device);
}

/* Where every device is wanted, this one is left out from now on. */
static netfwv6_result leave_out(const struct state *state, const char *device)
{
	struct configured_record every;
	bool wanted;

	TRY(every_get(state, &every, &wanted));
	return wanted ? every_leave_out(state, device) : NETFWV6_S_OK;
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
	TRY(state_open(state));
	TRY(root_check_absent(&state->root));
	if (state->root.state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	TRY(leave_out(state, name));
	return disable_present(state, name);
}

netfwv6_result disable_present(struct state *state, const char *device)
{
	struct attached_device seen;

	TRY(attached_device_look(state, device, &seen));
	if (seen.ours.id)
		TRY(attachment_drop(state, &seen.ours));
	TRY(detach_elsewhere(state, device));
	forget_configured(state, device, &seen.ours);
	attachments_tidy(state);
	return is_any_firewalled(state) ? NETFWV6_S_OK : last_line_detach(state);
}
