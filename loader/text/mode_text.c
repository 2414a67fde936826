// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text/mode_text.h"

#include <string.h>

#include "util/error.h"

static const char *const names[] = {
	[NETFWV6_MODE_AUTO] = "auto",
	[NETFWV6_MODE_NATIVE] = "native",
	[NETFWV6_MODE_GENERIC] = "generic",
	[NETFWV6_MODE_TC] = "tc",
};
#define MODES (sizeof(names) / sizeof(*names))

const char *netfwv6_mode_name(uint32_t mode)
{
	return mode < MODES ? names[mode] : "unknown";
}

netfwv6_result mode_text_take(const char *text, uint32_t *mode)
{
	for (uint32_t i = 0; i < MODES; i++)
		if (strcmp(names[i], text) == 0) {
			*mode = i;
			return NETFWV6_S_OK;
		}
	return fail(NETFWV6_E_INVALIDARG, "'%s' is no mode: write auto, native, generic or tc",
		    text);
}

netfwv6_result netfwv6_parse_mode(const char *text, uint32_t *mode)
{
	return text && mode ? mode_text_take(text, mode) :
			      fail(NETFWV6_E_POINTER, "%s is null",
				   text ? "the mode's out-pointer" : "the text");
}
