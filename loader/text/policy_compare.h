/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What would change if one policy took the place of another. */
#ifndef NETFWV6_POLICY_COMPARE_H
#define NETFWV6_POLICY_COMPARE_H

#include "text/policy_data.h"

/* A line that comes, '+', or goes, '-'. */
typedef void (*policy_change_fn)(void *context, char sign, const char *line);

/* Tells all of it, and how many lines that are. */
netfwv6_result policy_compare(const struct netfwv6_policy *before,
			      const struct netfwv6_policy *after, policy_change_fn change,
			      void *context, size_t *changes);

/*
 * E_ABORT when a protected port passes in a scope before, and not after. The protection of before
 * counts, without what after takes back.
 */
netfwv6_result policy_check_protection(const struct netfwv6_policy *before,
				       const struct netfwv6_policy *after);

#endif
