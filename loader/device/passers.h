/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose packets come by a device besides this host's own, and what its firewall does to them. */
#ifndef NETFWV6_PASSERS_H
#define NETFWV6_PASSERS_H

#include "device/device.h"
#include "state/state.h"

/*
 * Notes what is to be known where others' packets come by a device that is firewalled, with the
 * remedy. pass: what is not for this host passes. With mutex held.
 */
void passers_note(const struct state *state, const struct device *device, bool pass);

/* E_NOTIMPL where no program can tell what is for others. */
netfwv6_result passers_can_pass(const struct device *device);

#endif
