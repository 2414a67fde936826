/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last line: one program for the state's network namespace, at netfilter's PREROUTING,
 * which drops what skipped a device's guard on its way to a closed port (bpf/lastline.bpf.c).
 * It knows the firewalled devices from the maps of the state.
 *
 *   DIR/lastline         0600  the netfilter link
 *   DIR/counts/lastline  0644  map: its counters, as a device has them
 *
 * The link keeps its network namespace alive, also when nobody else does any more. Called with
 * mutex and the administration lock held and the state writable, unless noted.
 */
#ifndef NETFWV6_LAST_LINE_H
#define NETFWV6_LAST_LINE_H

#include <stdbool.h>

#include "device/device_traits.h"
#include "state/state.h"

/* Has the kernel such links, as it has from Linux 6.4 on? For root, without locks. */
bool last_line_is_possible(void);

/* Can another end hand the device socket buffers that skip its guard? Without locks. */
bool last_line_concerns(const struct device_traits *traits);

/*
 * Attaches it in the calling thread's network namespace, on the maps of root. One that is
 * attached stays if it has the same code and port table; else a new one takes its place without
 * a gap, and counts on. E_NOTIMPL: it is not possible.
 */
netfwv6_result last_line_attach(const struct state *state, const struct root *root);

/* Detaches it, if it is attached, and leaves nothing of it. */
netfwv6_result last_line_detach(const struct state *state);

/* Is it attached? Everyone may ask, without the administration lock. */
bool last_line_is_attached(const struct state *state);

/* Its counters, for counts_read() and counts_clear(). Likewise. */
netfwv6_result last_line_open_counts(const struct state *state, uint32_t flags, int *map);

#endif
