/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_HOOK_PUT_H
#define NETFWV6_HOOK_PUT_H

#include "device/device.h"
#include "device/hooks.h"
#include "device/instance.h"

/*
 * Puts the instance there: attaches it in front of others, or takes the place of what is there
 * between two packets, or leaves what is the same. mode is of XDP alone.
 */
netfwv6_result hook_put(const struct place *place, enum hook hook, const struct device *device,
			const struct instance *instance, uint32_t mode);

#endif
