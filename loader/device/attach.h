/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Brings what is attached to a device into the form that is wanted, whatever is there.
 *
 * A device that is firewalled stays so at every moment: the guard is attached before XDP and
 * detached after it, and a program takes the place of another between two packets. What fails
 * leaves everything as it was. Who is killed leaves a device in the old form, the new one, or
 * with the new guard and no XDP, which judges all the same.
 *
 * Called with mutex and the administration lock held.
 */
#ifndef NETFWV6_ATTACH_H
#define NETFWV6_ATTACH_H

#include "device/attachments.h"

struct form {
	bool learn_only; /* then nothing else matters */
	bool stateless;
	bool forward;	/* what is for others passes */
	uint32_t mode;	/* enum netfwv6_mode, not AUTO */
	bool sealed;	/* nobody but its driver puts packets into the device */
	bool alone;	/* XDP is, as struct connection_config has it */
	bool renew_xdp; /* as its driver has forgotten it */
	uint32_t slot;
};

/* What is attached already, looked at; without an id it is made. */
netfwv6_result attach_programs(struct state *state, const struct device *device,
			       const struct attachment *present, const struct form *form);

/* Has the programs of an attachment know another slot, wherever its device is. */
netfwv6_result attachment_give_slot(const struct state *state, struct attachment *at,
				    uint32_t slot);

#endif
