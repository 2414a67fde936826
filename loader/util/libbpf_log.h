/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libbpf prints goes to the sink of the caller's state. libbpf
 * has one print function for the process, so such calls take turns, and what other
 * threads do with libbpf meanwhile still reaches the function they set. Signals wait for
 * the end of a call.
 */
#ifndef NETFWV6_LIBBPF_LOG_H
#define NETFWV6_LIBBPF_LOG_H

#include "util/log.h"

void libbpf_log_begin(const struct log_sink *sink);
void libbpf_log_end(void);

#endif
