/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A maze of devices and redirects in the peer, at random: pairs, macvlans, bridges and an ifb,
 * with nft, mirred and programs at their hooks. What is sent by a device comes to those that
 * were made later, or to the host; so nothing goes round in circles.
 */
#ifndef ATTACKS_MAZE_H
#define ATTACKS_MAZE_H

#include "random.h"
#include "world.h"

#define MAZE_DEVICES 12

struct maze {
	char devices[MAZE_DEVICES][16]; /* by which it can be entered */
	size_t n;
	unsigned int pairs;
};

/* The devices, in a peer that has nothing but peer0. */
void dig_maze(struct random *r, struct maze *maze);

/* What leads through it, in the place of what did before. */
void hang_doors(struct random *r, const struct maze *maze);

#endif
