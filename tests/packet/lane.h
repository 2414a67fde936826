/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices into which packets are written by hand, in a network namespace of this process.
 * A packet has passed the hooks when lane_send() returns. Nothing reaches the stack.
 */
#ifndef PACKET_LANE_H
#define PACKET_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "assembled.h"

enum link_type { LINK_ETHERNET, LINK_RAW_IP };

enum lane_kind {
	LANE_WHOLE,   /* a packet lies in the linear part of its buffer */
	LANE_PIECES,  /* only so much of it as the sender says */
	LANE_OFFLOAD, /* packets come with a struct virtio_net_hdr in front */
	LANE_VETH     /* whose driver has room for metadata on every kernel */
};

struct lane;

/* Leaves the network namespace that the process was in. */
void lanes_begin(void);

struct lane *lane_make(enum link_type type, enum lane_kind kind);
void lane_free(struct lane *lane);
const char *lane_device(const struct lane *lane);

/* Attaches the program to the ingress hook, and an observer behind it. */
void lane_guard(struct lane *lane, int program);

/* Attaches the program to the ingress hook, in front of the guard. */
void lane_in_front(struct lane *lane, int program);

/* Attaches the program to XDP, in the driver or generic; replaces the one before. */
void lane_xdp(struct lane *lane, int program, bool generic);

/*
 * 0, or a negative errno value where the kernel takes no such packet. linear is for
 * LANE_PIECES alone.
 */
int lane_send(struct lane *lane, const uint8_t *packet, size_t length, size_t linear);

/*
 * On LANE_VETH a packet may still be under way: whoever waits for it asks again, for up to a
 * second. Fails the test after that.
 */
void lane_wait(int *turns);

/* What came out behind the guard so far. */
struct observed lane_observed(const struct lane *lane);

#endif
