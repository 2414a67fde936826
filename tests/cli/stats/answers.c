// SPDX-License-Identifier: LGPL-2.1-or-later
#include "answers.h"

#include <string.h>

#include "world.h"

void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' in:\n%s", part, text);
}

void jq(const char *arguments, const char *filter, const char *wanted)
{
	assert_string_equal(must("%s %s | jq -c '%s'", netfwv6(), arguments, filter), wanted);
}

void firewall_fw0(void)
{
	must("%s -q enable fw0", netfwv6());
}

void firewall_another(const char *name)
{
	must("ip link add %s type veth peer name other1 && %s -q enable %s", name, netfwv6(), name);
}
