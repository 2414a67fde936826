/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is attached to which device: a record for each, under an id that no other has had, and
 * pins named by that id. What the kernel says of the hooks counts more than the record, which
 * is for those who may not see links, and for what hooks do not know.
 *
 * A device is recognised by what sits on it, so that a rename changes nothing and a re-created
 * device is not taken for its predecessor. With mutex held.
 */
#ifndef NETFWV6_ATTACHMENTS_H
#define NETFWV6_ATTACHMENTS_H

#include <stdbool.h>

#include "device/attachment_records.h"
#include "device/device.h"
#include "device/hooks.h"
#include "state/state.h"

struct instance;

struct attachment {
	uint32_t id; /* 0: there is none */
	struct attachment_record record;
	struct hooked hooks[HOOKS]; /* once looked at */
	bool seen;		    /* the caller may see what is at the hooks */
};

/* Steps to the next by id; begins with a zeroed one. False at the end. It is not looked at. */
bool attachment_next(const struct state *state, struct attachment *at);

/* Looks at its hooks. */
void attachment_look(const struct state *state, struct attachment *at);

/* Finds what this state has attached to a device, and looks at it. */
struct attachment attachment_find(const struct state *state, const struct device *device);

/*
 * Finds what was attached to a device of that name which is in another network namespace now,
 * as far as the caller may see it. On request only what is meant to filter.
 */
struct attachment attachment_find_elsewhere(const struct state *state, const char *device,
					    bool filtering);

/* Of one that was looked at: does the guard judge what its device takes in, here? */
bool attachment_is_firewalled(const struct attachment *at);
bool attachment_learns(const struct attachment *at);

/* The id of its program at a hook, 0 for none. */
uint32_t attachment_program(const struct attachment *at, enum hook hook);

/* Is it meant to filter, rather than to learn alone? */
bool attachment_filters(const struct attachment *at);

struct place attachment_place(const struct state *state, const struct attachment *at);

/* What the device is called now, if it is here, else when it was enabled. Looks at it. */
const char *attachment_present_name(const struct state *state, struct attachment *at, char *name);

/* The functions below are called with the administration lock held, too. */

netfwv6_result attachment_write(const struct state *state, const struct attachment *at);

/* Takes off all its programs, the guard after XDP, and forgets it. */
netfwv6_result attachment_drop(const struct state *state, const struct attachment *at);

/*
 * Forgets what is attached no more, as its device is gone or its maker was killed, and
 * mends records: of a program that was replaced by someone who was killed, and of a device
 * that was moved.
 */
void attachments_tidy(const struct state *state);

/* Is anything attached, in whatever network namespace? */
bool attachments_alive(const struct state *state);

/*
 * Loads what runs at a hook of an attachment anew, on the maps of a root and with a slot, and opens
 * its link. The caller ends the instance with instance_unload(), also when it failed.
 */
netfwv6_result attachment_reload(const struct state *state, const struct root *root,
				 const struct attachment *at, enum hook hook, uint32_t slot,
				 int *link, struct instance *instance);

#endif
