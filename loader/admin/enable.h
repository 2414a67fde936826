/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attaching the firewall to a device.
 *
 * Whatever instruction a SIGKILL meets, the device is in the old state or in the
 * new one: policy is complete before a program is attached, a link comes into force
 * with its pin (until then it goes with the process), and the record is there before
 * the first pin.
 */
#ifndef NETFWV6_ENABLE_H
#define NETFWV6_ENABLE_H

#include "admin/enabling.h"

/*
 * For with_administration(), with a struct enabling. S_FALSE, as EnableFirewall returns it: the
 * device is to be enabled as it was configured, and was not.
 */
netfwv6_result enable_device(struct state *state, void *asked);

/*
 * The state for this network namespace; one whose devices are all gone is taken over. With the
 * administration lock held.
 */
netfwv6_result create_or_adopt(struct state *state);

/* Reads what was configured for the device's name, or for every device. S_FALSE likewise. With the mutex held. */
netfwv6_result enable_recall(struct state *state, struct enabling *asked);

#endif
