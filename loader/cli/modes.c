// SPDX-License-Identifier: LGPL-2.1-or-later
#include "modes.h"

#include <string.h>

static const char *const names[] = {
	[NETFWV6_MODE_AUTO] = "auto",
	[NETFWV6_MODE_NATIVE] = "native",
	[NETFWV6_MODE_GENERIC] = "generic",
	[NETFWV6_MODE_TC] = "tc",
};
#define MODES (sizeof(names) / sizeof(*names))

const char *mode_name(uint32_t mode)
{
	return mode < MODES ? names[mode] : "unknown";
}

int take_mode(const char *text, uint32_t *mode)
{
	*mode = NETFWV6_MODE_AUTO;
	if (!text)
		return GO_ON;
	for (uint32_t i = 0; i < MODES; i++)
		if (strcmp(names[i], text) == 0) {
			*mode = i;
			return GO_ON;
		}
	complain("'%s' is no mode: write auto, native, generic or tc", text);
	return EXIT_USAGE;
}
