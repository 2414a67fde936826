/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A flood that goes on while a test talks: the program that is attached to fw0 runs on a
 * stranger's packets to one port, one after the other, each from another port of his. They
 * are so many that the questions of nearly every jiffy are spent soon after it begins.
 */
#ifndef CONVERSATIONS_FLOOD_H
#define CONVERSATIONS_FLOOD_H

#include <stdint.h>

#include "scene.h"

/* Begins, and waits until it is there. There is one at a time. */
void begin_flood(uint32_t protocol, uint16_t port);

/* Returns how many packets there were. */
uint64_t end_flood(void);

/* The jiffy that the flood was in is over. */
void wait_for_next_jiffy(void);

/* A flood ends with its test. */
int flood_teardown(void **unused);

#define flood_scene(function) cmocka_unit_test_setup_teardown(function, scene_setup, flood_teardown)

#endif
