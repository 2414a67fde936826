/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames of every kind, sent to the host. */
#ifndef EVENT_SHOTS_H
#define EVENT_SHOTS_H

#include <stdbool.h>

#include "packet/build.h"

/* A frame, and what is to become of it. */
struct shot {
	const char *reason; /* it is dropped for; NULL: it passes */
	const char *sentence;
	const struct piece *packet;
	uint8_t protocol;
	uint16_t source_port, port;
	const char *source;	/* an address; NULL: the peer's */
	uint8_t tcp_flags;	/* 0: as it was built, with SYN */
	bool without_addresses; /* the event has none */
	bool with_ports;	/* the event has them */
};

#define SHOT_OPEN_PORT 9090

/* Of every kind; ends with a null packet. All source ports differ. */
extern const struct shot all_shots[];

/* To an open UDP port. */
extern const struct shot passing_shot;

/* The link behind a device of the peer's. */
int open_link(const char *device);

/* With an Ethernet header, or without. */
void build_shot(struct frame *frame, const struct shot *shot);
void build_raw_shot(struct frame *frame, const struct shot *shot);

void send_shot(int link, const struct shot *shot);
void send_all_shots(int link);

/* Sends one that passes, and waits until so many have: what was sent before is through. */
void wait_for_shots(int link, const char *device, uint64_t n);

#endif
