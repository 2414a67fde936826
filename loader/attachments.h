/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is attached to which device: a record for each, under an id that no other has had, and
 * pins named by that id. What the kernel says of the hooks counts more than the record, which
 * is for those who may not see links, and for what hooks do not know.
 *
 * A device is recognised by what sits on it, so that a rename changes nothing and a re-created
 * device is not taken for its predecessor. With root_mutex held.
 */
#ifndef NETFWV6_ATTACHMENTS_H
#define NETFWV6_ATTACHMENTS_H

#include <stdbool.h>

#include "device.h"
#include "hooks.h"
#include "mgr.h"

struct attachment {
	uint32_t id; /* 0: there is none */
	struct attachment_record record;
	struct hooked hooks[HOOKS]; /* once looked at */
	bool seen;		    /* the caller may see what is at the hooks */
};

/* Steps to the next by id; begins with a zeroed one. False at the end. It is not looked at. */
bool attachment_next(const struct netfwv6_mgr *mgr, struct attachment *at);

/* Looks at its hooks. */
void attachment_look(const struct netfwv6_mgr *mgr, struct attachment *at);

/* Finds what this state has attached to a device, and looks at it. */
struct attachment attachment_find(const struct netfwv6_mgr *mgr, const struct device *device);

/*
 * Finds what was attached to a device of that name which is in another network namespace now,
 * as far as the caller may see it. On request only what is meant to filter.
 */
struct attachment attachment_find_elsewhere(const struct netfwv6_mgr *mgr, const char *device,
					    bool filtering);

/* Of one that was looked at: does the guard judge what its device takes in, here? */
bool attachment_is_firewalled(const struct attachment *at);
bool attachment_learns(const struct attachment *at);

/* The id of its program at a hook, 0 for none. */
uint32_t attachment_program(const struct attachment *at, enum hook hook);

/* Is it meant to filter, rather than to learn alone? */
bool attachment_filters(const struct attachment *at);

/* Is there an attachment whose programs may know the slot? */
bool attachments_know(const struct netfwv6_mgr *mgr, uint32_t slot);

struct place attachment_place(const struct netfwv6_mgr *mgr, const struct attachment *at);

/* The pin of its counters. The buffer has PIN_PATH_SIZE bytes. */
char *attachment_counts_path(const struct netfwv6_mgr *mgr, uint32_t id, char *path);

/* What the device is called now, if it is here, else when it was enabled. Looks at it. */
const char *attachment_present_name(const struct netfwv6_mgr *mgr, struct attachment *at,
				    char *name);

/* The functions below are called with the administration lock held, too. */

/* An id that none has. */
uint32_t attachment_new_id(const struct netfwv6_mgr *mgr);

netfwv6_result attachment_write(const struct netfwv6_mgr *mgr, const struct attachment *at);

/* Lets the egress programs know that strangers send through its device, or that they do not. */
netfwv6_result attachment_mark_filtered(const struct netfwv6_mgr *mgr, const struct attachment *at);

/* Takes off all its programs, the guard after XDP, and forgets it. */
netfwv6_result attachment_drop(const struct netfwv6_mgr *mgr, const struct attachment *at);

/*
 * Forgets what is attached no more, as its device is gone or its maker was killed, and
 * mends records: of a program that was replaced by someone who was killed, and of a device
 * that was moved.
 */
void attachments_tidy(const struct netfwv6_mgr *mgr);

/* Is anything attached, in whatever network namespace? */
bool attachments_alive(const struct netfwv6_mgr *mgr);

#endif
