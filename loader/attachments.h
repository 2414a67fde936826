/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is attached to which device: pinned links and counters, and the records
 * that describe them, all under the link's id. The kernel gives no link id twice
 * while one lives, whatever happens to its device.
 *
 * A device is recognised by the id of the program that netlink shows on it, so
 * that a rename changes nothing and a re-created device is not taken for its
 * predecessor.
 */
#ifndef NETFWV6_ATTACHMENTS_H
#define NETFWV6_ATTACHMENTS_H

#include <stdbool.h>

#include "device.h"
#include "mgr.h"

struct attachment {
	uint32_t id; /* of the XDP link, or LEARN_ONLY_ID; 0: there is none */
	struct attachment_record record;
};

/* Steps to the next; begins with a zeroed one. False at the end. With root_mutex held. */
bool attachment_next(const struct netfwv6_mgr *mgr, struct attachment *at);

/* Finds what this state has attached to a device. Likewise. */
struct attachment attachment_find(const struct netfwv6_mgr *mgr, const struct device_xdp *xdp);

/*
 * Finds what was attached to a device of that name which is in another network namespace
 * now, as far as the caller may see it. Likewise.
 */
struct attachment attachment_find_elsewhere(const struct netfwv6_mgr *mgr, const char *device);

/* Is there an attachment whose program knows the slot? Likewise. */
bool attachments_know(const struct netfwv6_mgr *mgr, uint32_t slot);

/* Is the attachment's program on the device of its index in this network namespace? */
bool attachment_is_here(const struct attachment *at);

/* The same for a device that is only learned from. */
bool attachment_learns_here(const struct netfwv6_mgr *mgr, const struct attachment *at);

/* Paths of the pins. The buffer has PIN_PATH_SIZE bytes. */
char *attachment_link_path(const struct netfwv6_mgr *mgr, uint32_t id, char *path);
char *attachment_counts_path(const struct netfwv6_mgr *mgr, uint32_t id, char *path);

/* What the device is called now, if it is here, else when it was enabled. */
const char *attachment_present_name(const struct netfwv6_mgr *mgr, const struct attachment *at,
				    char *name);

/* The functions below are called with the administration lock held, too. */

netfwv6_result attachment_write(const struct netfwv6_mgr *mgr, const struct attachment *attachment);

/* A device that is only learned from. */
netfwv6_result attachment_write_learn_only(const struct netfwv6_mgr *mgr,
					   const struct device *device);
void attachment_forget_learn_only(const struct netfwv6_mgr *mgr, uint32_t ifindex);

/* Strangers send through the device of that index no more, unless it is another one by now. */
void attachment_unmark_filtered(const struct netfwv6_mgr *mgr, uint32_t ifindex, uint32_t id);

/* Detaches and forgets. */
netfwv6_result attachment_drop(const struct netfwv6_mgr *mgr, const struct attachment *attachment);

/*
 * Forgets what is attached no more, as its device is gone or its maker was killed, and
 * mends records: of a program that was replaced by someone who was killed, and of a device
 * that was moved.
 */
void attachments_tidy(const struct netfwv6_mgr *mgr);

/* Is anything attached, in whatever network namespace? */
bool attachments_alive(const struct netfwv6_mgr *mgr);

#endif
