/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes of settings that hold: each is repeated until the state was in force all the time,
 * which is made or mended where that is needed.
 */
#ifndef NETFWV6_CHANGE_H
#define NETFWV6_CHANGE_H

#include "ports/settings.h"

/* Sets it for all ports of the range: see setting_set_once(). */
netfwv6_result setting_set(const struct setting *setting, struct range range, const char *name);

/* Takes it back. */
netfwv6_result setting_clear(const struct setting *setting, struct range range);

#endif
