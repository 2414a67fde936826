/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_LOG_CHANGE_H
#define NETFWV6_LOG_CHANGE_H

#include "state/state.h"

/*
 * Makes the kernel log as the second record says, and records that; what cannot be done is not
 * recorded. With the administration lock held and the state writable.
 */
netfwv6_result log_change(const struct state *state, const struct log_record *before,
			  const struct log_record *after);

#endif
