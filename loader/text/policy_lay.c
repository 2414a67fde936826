// SPDX-License-Identifier: LGPL-2.1-or-later
/* One policy over another: what the upper one says counts, be it that something is not. */
#include "text/policy_data.h"

#include <string.h>

#include "util/error.h"

static netfwv6_result lay_sheet(struct netfwv6_policy *policy, const struct netfwv6_policy *over,
				const struct scope *scope, enum sheet sheet)
{
	uint32_t *sayings;

	if (!scope->sheets[sheet])
		return NETFWV6_S_OK;
	TRY(policy_sheet(policy, scope->device, sheet, &sayings));
	for (uint32_t i = 0; i < PORT_ENTRIES; i++) {
		uint32_t said = scope->sheets[sheet][i];

		if (said >= SAID)
			TRY(policy_name_add(policy, policy_name_of(over, said), &sayings[i]));
		else if (said == SAID_NOT)
			sayings[i] = SAID_NOT;
	}
	return NETFWV6_S_OK;
}

static void lay_log(struct netfwv6_policy *policy, const struct netfwv6_policy *over)
{
	struct log_record *log = &policy->log;
	uint32_t flags = (over->log_said & SAID_LOG_DROPPED ? LOG_DROPPED : 0) |
			 (over->log_said & SAID_LOG_CONNECTIONS ? LOG_CONNECTIONS : 0);

	log->flags = (log->flags & ~flags) | (over->log.flags & flags);
	if (over->log_said & SAID_LOG_PATH)
		memcpy(log->path, over->log.path, sizeof(log->path));
	if (over->log_said & SAID_LOG_SIZE)
		log->maximum_size = over->log.maximum_size;
	if (over->log_said & SAID_LOG_RATE)
		log->rate = over->log.rate;
	policy->log_said |= over->log_said;
}

netfwv6_result policy_lay(struct netfwv6_policy *policy, const struct netfwv6_policy *over)
{
	struct wish *wish;

	for (size_t i = 0; i < over->n_scopes; i++)
		for (enum sheet sheet = 0; sheet < SHEETS; sheet++)
			TRY(lay_sheet(policy, over, &over->scopes[i], sheet));
	for (size_t i = 0; i < over->n_wishes; i++) {
		TRY(policy_wish(policy, over->wishes[i].device, &wish));
		*wish = over->wishes[i];
	}
	lay_log(policy, over);
	if (over->group_said) {
		policy->group_said = true;
		policy->group = over->group;
	}
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_policy_lay(const struct netfwv6_policy *under,
				  const struct netfwv6_policy *over, struct netfwv6_policy **both)
{
	struct netfwv6_policy *new;
	netfwv6_result result;

	if (!under || !over || !both)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    both ? "a policy" : "the policy's out-pointer");
	TRY(policy_new(&new));
	result = policy_lay(new, under);
	if (NETFWV6_SUCCEEDED(result))
		result = policy_lay(new, over);
	if (NETFWV6_SUCCEEDED(result))
		*both = new;
	else
		netfwv6_policy_free(new);
	return result;
}
