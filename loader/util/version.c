// SPDX-License-Identifier: LGPL-2.1-or-later
#include "netfwv6.h"

#define TEXT_OF(number) #number
#define DOTTED(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *netfwv6_version(void)
{
	return DOTTED(NETFWV6_VERSION_MAJOR, NETFWV6_VERSION_MINOR, NETFWV6_VERSION_PATCH);
}
