// SPDX-License-Identifier: LGPL-2.1-or-later
#include "number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int take_number_of(const char *option, const char *text, uint64_t least, uint64_t most,
		   uint64_t *number)
{
	unsigned long long value;

	if (!text)
		return GO_ON;
	errno = 0;
	value = strtoull(text, NULL, 10);
	/* strtoull takes more than digits: blanks, signs, a rest that is no number. */
	if (!*text || text[strspn(text, "0123456789")] || errno || value < least || value > most) {
		complain("--%s '%s': write a number from %" PRIu64 " to %" PRIu64, option, text,
			 least, most);
		return EXIT_USAGE;
	}
	*number = value;
	return GO_ON;
}
