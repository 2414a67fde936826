// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/every_device.h"

#include "device/mode.h"
#include "state/configured.h"
#include "util/error.h"

/* One that goes meanwhile is none. */
static bool is_suitable(const char *name)
{
	struct device_traits traits;
	struct device device;

	return NETFWV6_SUCCEEDED(device_find(name, &device)) &&
	       NETFWV6_SUCCEEDED(device_traits_read(&device, 0, &traits)) && traits.hardware &&
	       NETFWV6_SUCCEEDED(mode_check(&device, &traits, NETFWV6_MODE_AUTO));
}

netfwv6_result every_device_wish(const struct state *state, const char *name,
				 struct configured_record *record, bool *wanted)
{
	struct configured_record every;
	bool any, left_out = false;

	TRY(every_get(state, &every, &any));
	if (any)
		TRY(every_leaves_out(state, name, &left_out));
	*wanted = any && !left_out && is_suitable(name);
	if (*wanted) {
		*record = every;
		record->flags |= CONFIGURED_BY_ALL;
	}
	return NETFWV6_S_OK;
}
