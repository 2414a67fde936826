// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text/log_path.h"

#include <string.h>

#include "events.h"
#include "util/error.h"
#include "util/utf8.h"

netfwv6_result log_path_check(const char *path)
{
	size_t length = strlen(path);

	if (*path != '/' || length >= LOG_PATH_SIZE || path[length - 1] == '/')
		return fail(
			NETFWV6_E_INVALIDARG,
			"'%.60s' is no path for a log: an absolute one of a file, of at most %d "
			"bytes",
			path, LOG_PATH_SIZE - 1);
	for (size_t i = 0, step; i < length; i += step) {
		step = utf8_printable(path + i);
		if (!step)
			return fail(NETFWV6_E_INVALIDARG,
				    "the path of the log is not printable UTF-8: its byte %zu is "
				    "0x%02x",
				    i + 1, (unsigned char)path[i]);
	}
	return NETFWV6_S_OK;
}
