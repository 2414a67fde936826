/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_MAP_COPY_H
#define NETFWV6_MAP_COPY_H

#include <stdbool.h>

#include "netfwv6.h"

/* Is the element with this key to be copied? */
typedef bool (*map_copy_fn)(const void *key, const void *context);

/*
 * Copies the wanted elements from one map to another that is like it. full: the other is, as
 * somebody added to the first meanwhile, and the rest was left out.
 */
netfwv6_result map_copy(int from, int to, map_copy_fn wanted, const void *context, bool *full);

#endif
