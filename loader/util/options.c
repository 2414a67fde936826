// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/options.h"

#include <string.h>

#include "util/error.h"

netfwv6_result pointer_check(const void *pointer, const char *what)
{
	return pointer ? NETFWV6_S_OK : fail(NETFWV6_E_POINTER, "%s is null", what);
}

netfwv6_result options_check_size(size_t sz)
{
	return sz < sizeof(sz) || sz > NETFWV6_SIZE_MAX ?
		       fail(NETFWV6_E_INVALIDARG,
			    "the structure's sz is %zu: set it to the structure's sizeof", sz) :
		       NETFWV6_S_OK;
}

netfwv6_result elements_take(void *known, size_t size, const void *given, size_t sz)
{
	const unsigned char *bytes = given;

	for (size_t i = size; i < sz; i++)
		if (bytes[i])
			return fail(NETFWV6_E_INVALIDARG,
				    "the options ask for something that this library (%s) does not "
				    "know",
				    netfwv6_version());
	memcpy(known, given, sz < size ? sz : size);
	return NETFWV6_S_OK;
}

netfwv6_result options_take(void *known, size_t size, const void *given)
{
	size_t sz;

	if (!given)
		return NETFWV6_S_OK;
	memcpy(&sz, given, sizeof(sz));
	TRY(options_check_size(sz));
	return elements_take(known, size, given, sz);
}

/* What both know, and zeros for what only the caller knows. */
static void copy_known(void *to, size_t given, const void *known, size_t size)
{
	memcpy(to, known, given < size ? given : size);
	if (given > size)
		memset((unsigned char *)to + size, 0, given - size);
}

void options_give(void *to, const void *known, size_t size)
{
	size_t sz;

	memcpy(&sz, to, sizeof(sz));
	copy_known(to, sz, known, size);
	memcpy(to, &sz, sizeof(sz)); /* the caller's stays */
}

netfwv6_result elements_check_size(size_t given)
{
	return given == 0 || given > NETFWV6_SIZE_MAX ?
		       fail(NETFWV6_E_INVALIDARG,
			    "an element's size is %zu: give the sizeof of its structure", given) :
		       NETFWV6_S_OK;
}

void elements_give(void *to, size_t given, const void *known, size_t size, size_t n)
{
	for (size_t i = 0; i < n; i++)
		copy_known((unsigned char *)to + i * given, given,
			   (const unsigned char *)known + i * size, size);
}

netfwv6_result elements_check_room(size_t n, size_t needed)
{
	return n < needed ? fail(NETFWV6_E_INVALIDARG,
				 "there is room for %zu of %zu elements: make more", n, needed) :
			    NETFWV6_S_OK;
}
