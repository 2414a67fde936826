/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_MAP_COPY_H
#define NETFWV6_MAP_COPY_H

#include "netfwv6.h"

/*
 * Copies all elements from one map to another of the same type. Values of the other may
 * be longer; the rest is zero then. S_FALSE: it is full, as somebody added to the first
 * meanwhile, and the rest was left out.
 */
netfwv6_result map_copy(int from, int to);

#endif
