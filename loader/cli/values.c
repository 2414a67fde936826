// SPDX-License-Identifier: LGPL-2.1-or-later
#include "values.h"

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

const char *mode_name(uint32_t mode)
{
	return netfwv6_mode_name(mode);
}

int take_mode(const char *text, uint32_t *mode)
{
	netfwv6_result result = NETFWV6_S_OK;

	*mode = NETFWV6_MODE_AUTO;
	if (text)
		result = netfwv6_parse_mode(text, mode);
	if (NETFWV6_SUCCEEDED(result))
		return GO_ON;
	complain("%s", netfwv6_detail());
	return EXIT_USAGE;
}

const char *forward_name(uint32_t forward)
{
	return forward == NETFWV6_FORWARD_PASS ? "pass" : "judge";
}

int take_forward(const char *text, uint8_t *forward)
{
	*forward = NETFWV6_FORWARD_KEEP;
	if (!text)
		return GO_ON;
	*forward = strcmp(text, "pass") == 0 ? NETFWV6_FORWARD_PASS : NETFWV6_FORWARD_JUDGE;
	if (strcmp(text, forward_name(*forward)) == 0)
		return GO_ON;
	complain("'%s' is nothing to do with forwarded packets: write judge or pass", text);
	return EXIT_USAGE;
}
