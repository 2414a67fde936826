// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/log_change.h"

#include "event/log_tap.h"
#include "state/log_record.h"

netfwv6_result log_change(const struct state *state, const struct log_record *before,
			  const struct log_record *after)
{
	netfwv6_result result = log_apply(state, after);

	if (NETFWV6_SUCCEEDED(result))
		result = log_record_write(&state->root, after);
	if (NETFWV6_FAILED(result))
		log_apply(state, before);
	return result;
}
