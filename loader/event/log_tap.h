/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tap that the log reads: its ring and its watch are pinned, whether anybody reads or not. */
#ifndef NETFWV6_LOG_TAP_H
#define NETFWV6_LOG_TAP_H

#include "state/state.h"

/*
 * Opens the log's ring buffer of so many bytes, which is made where there is none: a descriptor
 * of the caller's own. With the mutex and the state's lock held.
 */
netfwv6_result log_ring(const struct state *state, struct control *control, int *fd,
			uint32_t *size);

/* Makes the kernel do as the record says, with the administration lock held. */
netfwv6_result log_apply(const struct state *state, const struct log_record *record);

/* The same once the state serves another network namespace. */
void log_adopt(const struct state *state);

#endif
