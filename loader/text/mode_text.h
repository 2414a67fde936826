/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_MODE_TEXT_H
#define NETFWV6_MODE_TEXT_H

#include "netfwv6.h"

netfwv6_result mode_text_take(const char *text, uint32_t *mode);

#endif
