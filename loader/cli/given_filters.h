/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filters of a command line. */
#ifndef NETFWV6_CLI_GIVEN_FILTERS_H
#define NETFWV6_CLI_GIVEN_FILTERS_H

#include "filter.h"

/*
 * Makes a filter of the options, and complains of what cannot be, with connections or not:
 * an exit code, or GO_ON. In either case the caller clears the filter, then frees the
 * reasons, which it refers to.
 */
int take_given_filters(const struct cli *cli, bool connections, struct filter *filter,
		       struct netfwv6_counter **reasons);

#endif
