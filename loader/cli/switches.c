// SPDX-License-Identifier: LGPL-2.1-or-later
#include "switches.h"

#include <string.h>

int take_switch(const char *option, const char *text, bool *on)
{
	if (!text)
		return GO_ON;
	if (strcmp(text, "on") != 0 && strcmp(text, "off") != 0) {
		complain("--%s '%s': write on or off", option, text);
		return EXIT_USAGE;
	}
	*on = strcmp(text, "on") == 0;
	return GO_ON;
}
