// SPDX-License-Identifier: LGPL-2.1-or-later
#include "places.h"

#include <stdio.h>

const char *nth_device(int i)
{
	static char names[4][16];
	static int next;
	char *name = names[next++ % 4];

	snprintf(name, sizeof(names[0]), "s%d", i);
	return name;
}
