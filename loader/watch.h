/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program that tells a stream of connections opened and closed. */
#ifndef NETFWV6_WATCH_H
#define NETFWV6_WATCH_H

#include "mgr.h"

/*
 * Attaches an instance for a tap, with root_mutex held: the link's descriptor. It goes on
 * as long as that lives or is pinned. E_NOTIMPL: the kernel has no BTF tracepoints.
 */
netfwv6_result watch_attach(const struct netfwv6_mgr *mgr, uint32_t tap, int *link);

#endif
