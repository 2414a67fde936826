/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a contender's host does before it is measured: it serves, talks, and has talked. */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

#include "contender.h"

/* Sockets stay open for the rest of the benchmark. generator_ns has the far ends. */
void host_begin(struct contender *c, int generator_ns);

#endif
