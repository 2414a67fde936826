/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program that tells a stream of connections opened and closed. */
#ifndef NETFWV6_WATCH_H
#define NETFWV6_WATCH_H

#include "state/state.h"

/*
 * Attaches an instance for a tap, with mutex held: the link's descriptor. It goes on
 * as long as that lives or is pinned. E_NOTIMPL: the kernel has no BTF tracepoints.
 */
netfwv6_result watch_attach(const struct state *state, uint32_t tap, int *link);

#endif
