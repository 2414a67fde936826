/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending frames through a contender's link, and measuring what receiving them costs. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frames.h"

/* Frames at a time: what a device takes from its ring in one poll. */
#define LOAD_BATCH 64

/* Multicast listener reports and the like; what goes wrong does with all frames. */
#define LOAD_BACKGROUND 16

struct load {
	struct frame_spec frame;
	const uint16_t *ports; /* each frame goes to the next of these, in a random order */
	size_t n_ports;	       /* 0: to the frame's own */
	uint32_t frames;
	int cpus; /* that send at once: 1 or 2 */
};

struct load_result {
	uint64_t sent, received;
	uint64_t lost;	   /* they found the ring full */
	uint64_t passed;   /* delivered to the host's protocols */
	double ns;	   /* a received packet */
	double sending_ns; /* that sending all took, which mostly is receiving */
};

/* Once, before all else. The namespace is the one whose devices gID send. */
void load_begin(int generator_ns);

/* Ends the benchmark where frames got lost and nobody knows where. */
void load_run(const struct load *load, int host_ns, struct load_result *result);

/* Moves this thread to a network namespace. */
void enter_namespace(int fd);

#endif
