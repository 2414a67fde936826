// SPDX-License-Identifier: LGPL-2.1-or-later
#include "groups.h"

#include <grp.h>
#include <stdio.h>

const char *format_group(uint32_t group, char *text)
{
	const struct group *entry = getgrgid(group);

	if (entry)
		snprintf(text, GROUP_TEXT_SIZE, "%s", entry->gr_name);
	else
		snprintf(text, GROUP_TEXT_SIZE, "%u", group);
	return text;
}
