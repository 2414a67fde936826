// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/attached_device.h"

#include "util/error.h"

netfwv6_result attached_device_look(const struct state *state, const char *name,
				    struct attached_device *seen)
{
	netfwv6_result result;

	*seen = (struct attached_device){};
	result = device_find(name, &seen->device);
	if (result == NETFWV6_E_NOINTERFACE)
		return NETFWV6_S_OK;
	TRY(result);
	TRY(device_xdp(seen->device.ifindex, &seen->xdp));
	if (state->root.state != ROOT_ABSENT)
		seen->ours = attachment_find(state, &seen->device);
	return NETFWV6_S_OK;
}
