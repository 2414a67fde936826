// SPDX-License-Identifier: LGPL-2.1-or-later
#include "modes.h"

const struct mode modes[MODES] = {
	{ NETFWV6_MODE_NATIVE, "native" },
	{ NETFWV6_MODE_GENERIC, "generic" },
	{ NETFWV6_MODE_TC, "tc" },
};

static int reset_in(uint32_t mode)
{
	world_reset(NULL);
	world.mode = mode;
	return 0;
}

int reset_in_native(void **unused)
{
	(void)unused;
	return reset_in(NETFWV6_MODE_NATIVE);
}

int reset_in_generic(void **unused)
{
	(void)unused;
	return reset_in(NETFWV6_MODE_GENERIC);
}

int reset_in_tc(void **unused)
{
	(void)unused;
	return reset_in(NETFWV6_MODE_TC);
}

const char *mode_option(void)
{
	static const char *const options[] = {
		[NETFWV6_MODE_AUTO] = "",
		[NETFWV6_MODE_NATIVE] = "--mode native",
		[NETFWV6_MODE_GENERIC] = "--mode generic",
		[NETFWV6_MODE_TC] = "--mode tc",
	};

	return options[world.mode];
}
