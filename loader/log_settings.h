/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is logged, and where to. */
#ifndef NETFWV6_LOG_SETTINGS_H
#define NETFWV6_LOG_SETTINGS_H

#include "control.h"
#include "mgr.h"

/*
 * The log's ring buffer and its size; it is made and put in its place if need be. With
 * root_mutex and the state's lock held and the state writable; for root. The caller closes fd.
 */
netfwv6_result log_ring(const struct netfwv6_mgr *mgr, struct control *control, int *fd,
			uint32_t *size);

/* The state serves another network namespace now. With root_mutex held. */
void log_adopt(const struct netfwv6_mgr *mgr);

/* Is anything set otherwise than at first? With root_mutex held and the state opened. */
bool log_is_set(const struct root *root);

#endif
