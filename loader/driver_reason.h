/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a driver refuses an XDP program, in its own words. */
#ifndef NETFWV6_DRIVER_REASON_H
#define NETFWV6_DRIVER_REASON_H

#include "device.h"

#define DRIVER_REASON_SIZE 160

/*
 * Asks once more, by netlink, where drivers give a reason in words; bpf() gives none but
 * the error, a negative errno value. The buffer has DRIVER_REASON_SIZE bytes.
 */
const char *driver_reason(const struct device *device, int program, int error, char *reason);

#endif
