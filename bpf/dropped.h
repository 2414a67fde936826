/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a packet to a closed port is dropped. */
#ifndef NETFWV6_DROPPED_H
#define NETFWV6_DROPPED_H

#include "reasons.h"

static __always_inline enum reason closed_reason(__u32 udp)
{
	_Static_assert(REASON_CLOSED_UDP == REASON_CLOSED_TCP + 1, "closed_reason");
	return REASON_CLOSED_TCP + udp;
}

static __always_inline enum reason unmatched_reason(__u32 udp)
{
	_Static_assert(REASON_UNMATCHED_UDP == REASON_UNMATCHED_TCP + 1, "unmatched_reason");
	return REASON_UNMATCHED_TCP + udp;
}

#endif
