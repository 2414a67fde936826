// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a failure says leaves by here, printable. */
#include "util/error.h"
#include "util/utf8.h"

const char *netfwv6_detail(void)
{
	char *sentence = failure_sentence();

	utf8_sanitize(sentence);
	return sentence;
}
