/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a policy says as lines, in the canonical order. */
#ifndef NETFWV6_POLICY_PRINT_H
#define NETFWV6_POLICY_PRINT_H

#include "text/policy_data.h"

/* The longest line, with its NUL. Each byte of a name or path may need four. */
#define POLICY_LINE_SIZE 2048

typedef void (*policy_line_fn)(void *context, const char *line);

/*
 * Ports of all scopes: all that is said, or what is set and not so in the other. Neighbours of
 * which the same is said make one line.
 */
netfwv6_result policy_port_lines(const struct netfwv6_policy *policy, enum sheet sheet,
				 const struct netfwv6_policy *other, policy_line_fn tell,
				 void *context);

/* All that it says, with the version. */
netfwv6_result policy_lines(const struct netfwv6_policy *policy, policy_line_fn tell,
			    void *context);

void policy_group_line(uint32_t group, char line[POLICY_LINE_SIZE]);
void policy_log_line(const struct log_record *log, uint32_t said, char line[POLICY_LINE_SIZE]);
void policy_wish_line(const struct wish *wish, char line[POLICY_LINE_SIZE]);

#endif
