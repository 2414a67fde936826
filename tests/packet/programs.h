/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The programs of one connection: the two hooks' as they work together, and the guard by itself. */
#ifndef PACKET_PROGRAMS_H
#define PACKET_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>
#include "layout.h"
#include "marks_layout.h"
#include "lane.h"

#define SECRET 0x5ec4e7f00dfaced0ULL

struct netfwv6_bpf;
struct guard_bpf;

struct programs {
	struct netfwv6_bpf *xdp;
	struct guard_bpf *behind; /* XDP, with which it shares the secret and the counters */
	struct guard_bpf *alone;  /* counts by itself */
};

/* On one port table and all else that programs share. Fails the test if one does not load. */
struct programs programs_load(const struct connection_config *config);
void programs_free(struct programs *programs);

int program_of_xdp(const struct programs *programs, enum link_type type);
int program_of_guard(const struct guard_bpf *guard, enum link_type type);

/* Descriptors of maps. */
int map_of(const struct programs *programs, const char *name);
int counts_alone(const struct programs *programs);

#endif
