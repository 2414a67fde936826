/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames built from rows. */
#ifndef NETNS_FRAMES_H
#define NETNS_FRAMES_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "rows.h"

#define FRAME_SIZE 9014
#define MARKER 0x0611 /* a port; spelled twice, it is the start of an extension header */

struct frame {
	size_t length;
	uint8_t bytes[FRAME_SIZE];
};

struct burst {
	size_t n;
	struct frame frames[8];
};

/* What is the same in all frames of a burst, and what makes it different from others. */
struct address {
	uint8_t protocol;
	uint16_t port;
	uint32_t id;
};

/* Whom the frames are from and to. */
struct world_of_frames {
	uint8_t host[6], peer[6];
	struct in6_addr address, group, stranger;
};
extern struct world_of_frames world_of_frames;

/* The row's packet, or its fragments in the order of their sending. */
void build(struct burst *burst, const struct row *row, const struct address *to);

/* To stderr, in hexadecimal. */
void show(const struct burst *burst);

#endif
