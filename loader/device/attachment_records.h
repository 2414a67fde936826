/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The records of what is attached, by the attachment's id. With the mutex held and the state
 * opened; what changes something, with the administration lock, too.
 */
#ifndef NETFWV6_ATTACHMENT_RECORDS_H
#define NETFWV6_ATTACHMENT_RECORDS_H

#include "state/state.h"

/* Steps to the next by id, beginning with 0. False at the end, and nothing is changed. */
bool attachment_record_next(const struct state *state, uint32_t *id,
			    struct attachment_record *record);

bool attachment_is_recorded(const struct state *state, uint32_t id);

/* Is there an attachment whose programs may know the slot? */
bool attachments_know(const struct state *state, uint32_t slot);

/* Is anything attached to a device that was enabled under that name, wherever it is? */
bool attached_by_name(const struct state *state, const char *device);

/* The pin of its counters. The buffer has PIN_PATH_SIZE bytes. */
char *attachment_counts_path(const struct state *state, uint32_t id, char *path);

/* An id that none has. */
uint32_t attachment_new_id(const struct state *state);

netfwv6_result attachment_record_put(const struct state *state, uint32_t id,
				     const struct attachment_record *record);

/* Lets the egress programs know that strangers send through its device. */
netfwv6_result attachment_record_filtered(const struct state *state, uint32_t id,
					  const struct attachment_record *record);

/* Or that they do not, unless the index is another device's by now. */
void attachment_record_unfiltered(const struct state *state, uint32_t id, uint32_t ifindex);

/* Removes the record, and what belongs to it but programs. */
void attachment_forget(const struct state *state, uint32_t id,
		       const struct attachment_record *record);

#endif
