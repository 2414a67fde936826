/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taps: places for streams of events. One is alive until its lease ends, which its reader
 * renews. With mutex held and the state writable; for root.
 */
#ifndef NETFWV6_TAP_H
#define NETFWV6_TAP_H

#include "event/ring.h"
#include "state/control.h"
#include "state/state.h"

#define RING_MIN 4096u
#define RING_DEFAULT (1u << 20)
#define RING_MAX (1u << 30)

#define LEASE_NANOSECONDS 3000000000ull

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t tap_now(void);

/* Takes a free tap for a reader: its lease begins. E_OUTOFMEMORY: all are taken. */
netfwv6_result tap_claim(struct control *control, uint32_t *tap, uint64_t *lease);

/* Prolongs the lease, unless it ran out and another reader has the tap. */
bool tap_renew(struct control *control, uint32_t tap, uint64_t *lease);

/* Gives the tap a ring buffer, and forgets what was missed of an earlier one. */
netfwv6_result tap_put_ring(const struct state *state, uint32_t tap, int ring);
netfwv6_result tap_forget(const struct state *state, struct control *control, uint32_t tap);

/* Ends the tap, if the lease is still its own. */
void tap_release(const struct state *state, struct control *control, uint32_t tap, uint64_t lease);

/* What was missed of it in all. */
netfwv6_result tap_missed(const struct state *state, uint32_t tap, uint64_t *suppressed,
			  uint64_t *lost);

#endif
