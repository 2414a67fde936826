// SPDX-License-Identifier: LGPL-2.1-or-later
#include "netfwv6.h"

/* VERSION comes from the Makefile, the one place that states it. */
const char *netfwv6_version(void)
{
	return VERSION;
}
