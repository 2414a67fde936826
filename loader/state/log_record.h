/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record of what is logged, and where to. */
#ifndef NETFWV6_LOG_RECORD_H
#define NETFWV6_LOG_RECORD_H

#include "events.h"
#include "state/state.h"

/* The defaults where there is no state, or nothing was ever set. */
netfwv6_result log_record_read(const struct root *root, struct log_record *record);

/* With the administration lock held. */
netfwv6_result log_record_write(const struct root *root, const struct log_record *record);

#endif
