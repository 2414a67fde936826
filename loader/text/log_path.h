/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_LOG_PATH_H
#define NETFWV6_LOG_PATH_H

#include "netfwv6.h"

/* E_INVALIDARG unless it can be the path of the log. */
netfwv6_result log_path_check(const char *path);

#endif
