// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/options.h"

#include <string.h>

#include "util/error.h"

netfwv6_result options_check_size(size_t sz)
{
	return sz < sizeof(sz) ?
		       fail(NETFWV6_E_INVALIDARG,
			    "the structure's sz is %zu: set it to the structure's sizeof", sz) :
		       NETFWV6_S_OK;
}

netfwv6_result options_take(void *known, size_t size, const void *given)
{
	const unsigned char *bytes = given;
	netfwv6_result result;
	size_t sz;

	if (!given)
		return NETFWV6_S_OK;
	memcpy(&sz, given, sizeof(sz));
	result = options_check_size(sz);
	if (NETFWV6_FAILED(result))
		return result;
	for (size_t i = size; i < sz; i++)
		if (bytes[i])
			return fail(NETFWV6_E_INVALIDARG,
				    "the options ask for something that this library (%s) does not "
				    "know",
				    netfwv6_version());
	memcpy(known, given, sz < size ? sz : size);
	return NETFWV6_S_OK;
}

void options_give(void *to, const void *known, size_t size)
{
	size_t sz;

	memcpy(&sz, to, sizeof(sz));
	memcpy(to, known, sz < size ? sz : size);
	memcpy(to, &sz, sizeof(sz)); /* the caller's stays */
}
