/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is left of a state, and taking it away. */
#ifndef NETFWV6_PINS_REMOVE_H
#define NETFWV6_PINS_REMOVE_H

#include <stdbool.h>

/* Is anything pinned that filters? It does so until it is unpinned or unmounted. */
bool pins_have_links(const char *dir);

/* Does it filter a device that there still is? */
bool pins_filter(const char *dir);

/* Unpins what filters no device any more. */
void pins_remove_links(const char *dir);

/*
 * Unpins a state that has no links; "root" first: from then on there is none. The second form
 * removes its directories, too, of which one is the state's lock.
 */
void pins_clear(const char *dir);
void pins_remove(const char *dir);

#endif
