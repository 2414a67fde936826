/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record that says who wants to know of events, mapped: changes count at once. */
#ifndef NETFWV6_CONTROL_H
#define NETFWV6_CONTROL_H

#include "events.h"
#include "state/state.h"

/* With mutex held and the state opened; for root. The caller unmaps it. */
netfwv6_result control_map(const struct root *root, struct control **control);

/* Nothing where it is NULL. */
void control_unmap(struct control *const *control);

/* A copy, for everyone. Likewise; zeros where there is no state. */
netfwv6_result control_read(const struct root *root, struct control *control);

/* Sets bits of what a drop does, or takes them back. */
void control_set(struct control *control, uint32_t bits);
void control_clear(struct control *control, uint32_t bits);
bool control_is_set(const struct control *control, uint32_t bits);

uint64_t control_lease(const struct control *control, uint32_t tap);
void control_renew(struct control *control, uint32_t tap, uint64_t lease);

/* Gives the tap another lease, if it has the old one: two of them never have the same. */
bool control_swap_lease(struct control *control, uint32_t tap, uint64_t old, uint64_t lease);

#endif
