// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/reason_names.h"

#include <stddef.h>

const struct reason_name reason_names[] = {
#define X(number, identifier, keyword, sentence)                                                   \
	{ number, (number) >= REASON_FIRST_DROP, keyword, sentence },
	NETFWV6_REASONS(X)
#undef X
		{ 0, false, NULL, NULL },
};

const struct reason_name *reason_name(uint32_t number)
{
	for (const struct reason_name *reason = reason_names; reason->keyword; reason++)
		if (reason->number == number)
			return reason;
	return NULL;
}
