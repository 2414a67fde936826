/* SPDX-License-Identifier: GPL-2.0-only */
/* What an instance knows of its own connection, and what that makes of a port's entry. */
#ifndef NETFWV6_CONFIG_H
#define NETFWV6_CONFIG_H

#include "layout.h"

/* These are the connection's constants, which the JIT folds into the code. */
const volatile struct connection_config netfwv6_config = {};

/*
 * Does the program leave packets for others to others? Such a one is compiled of the same source,
 * as it needs what the kernel says of its structures, and the other has to load without.
 */
#ifndef PASSES_FORWARDED
#define PASSES_FORWARDED 0
#endif

/* Rule 1: the port is open on this connection. */
static __always_inline bool is_own(__u64 policy)
{
	return policy & netfwv6_config.own;
}

/* Rule 2: the port is open globally, and this connection does not ignore that. */
static __always_inline bool is_global(__u64 policy)
{
	return policy & ENTRY_GLOBAL && !(policy & netfwv6_config.ignored);
}

/* Can strangers talk to a port that is closed here through another connection? */
static __always_inline bool is_open_elsewhere(__u64 policy)
{
	return policy & ENTRY_OPEN_ANYWHERE;
}

#endif
