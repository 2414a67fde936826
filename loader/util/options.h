/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Structures that start with `size_t sz` can grow: a caller built against an
 * older header brings a shorter one, against a newer header a longer one.
 */
#ifndef NETFWV6_OPTIONS_H
#define NETFWV6_OPTIONS_H

#include "netfwv6.h"

/*
 * Copies the caller's options over *known, which holds the defaults and has size
 * bytes. NULL leaves the defaults. A longer structure is accepted when what this
 * library does not know is zero.
 */
netfwv6_result options_take(void *known, size_t size, const void *given);

/* The other way: checks the sz of a structure to fill, then fills as much as fits. */
netfwv6_result options_check_size(size_t sz);
void options_give(void *to, const void *known, size_t size);

#endif
