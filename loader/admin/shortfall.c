// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/shortfall.h"

#include <stdio.h>

#include "util/error.h"

netfwv6_result shortfall_note(const struct state *state, struct shortfall *shortfall,
			      netfwv6_result result)
{
	if (NETFWV6_SUCCEEDED(result) || !shortfall->go_on)
		return result;
	if (NETFWV6_FAILED(shortfall->first)) {
		state_log(state, "%s", failure_sentence());
		return NETFWV6_S_OK;
	}
	shortfall->first = result;
	snprintf(shortfall->sentence, sizeof(shortfall->sentence), "%s", failure_sentence());
	return NETFWV6_S_OK;
}

netfwv6_result shortfall_result(const struct shortfall *shortfall)
{
	return NETFWV6_FAILED(shortfall->first) ?
		       fail(shortfall->first, "%s", shortfall->sentence) :
		       NETFWV6_S_OK;
}
